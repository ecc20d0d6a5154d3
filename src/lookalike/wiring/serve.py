"""Processes that stay: the service, and workers."""

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from types import FrameType

import uvicorn
from prometheus_client import CollectorRegistry, start_http_server

from lookalike.errors import SettingsError
from lookalike.settings import Settings
from lookalike.wiring.connections import HEAD_S, Impatient, allow_many_files
from lookalike.wiring.dispatching import dispatcher
from lookalike.wiring.logs import log_to
from lookalike.wiring.parts import open_parts
from lookalike.wiring.previewing import previewing
from lookalike.wiring.service import api
from lookalike.wiring.telemetry import open_telemetry
from lookalike.wiring.worker import name, supervisor

SHUTDOWN_S = 3  # for requests under way, when told to stop
METRICS_HOST = "127.0.0.1"  # a worker has no door to the outside


def serve(
    settings: Settings, environ: Mapping[str, str], *, ready: Callable[[str], None], welcome: Callable[[str], None]
) -> None:
    """
    Serve the API, run one supervisor and deliver webhooks until told to stop; jobs under way go back to the queue then.

    Args:
        ready: Is told the URL once requests are answered.
        welcome: Is told a link then that signs in once, if the service issues its own tokens.

    Raises:
        SettingsError: the address cannot be listened on, or a setting does not work.
        ExtraMissing: a setting needs one that is not installed.
    """
    log_to(sys.stderr, {})
    allow_many_files()
    with closing(open_parts(settings, environ)) as parts, closing(open_telemetry(settings)) as telemetry:
        listener = _listen(settings)
        host, port = listener.getsockname()[:2]
        previews = previewing(parts, environ)
        app, url = api(parts, telemetry, previews.look, environ), f"http://{_in_url(host)}:{port}"

        def told() -> None:
            ready(url)
            if (links := app.state.desk.links) is not None:
                welcome(f"{url}/console/link/{links.make()}")

        server = _Server(app, told, app.state.desk.closing.set)
        stop = _told_to_stop()
        jobs, hooks = supervisor(parts, environ, telemetry.jobs), dispatcher(parts, name(), telemetry.deliveries)
        with _beside(jobs.run, stop), _beside(hooks.run, stop), _beside(previews.run, stop):
            server.run(sockets=[listener])


def work(settings: Settings, environ: Mapping[str, str], metrics_port: int | None) -> None:
    """
    Run one supervisor and deliver webhooks until told to stop; jobs under way go back to the queue then.

    Args:
        metrics_port: Where on this machine its metrics can be read, if anywhere.

    Raises:
        SettingsError: the port cannot be listened on, or a setting does not work.
        ExtraMissing: a setting needs one that is not installed.
    """
    log_to(sys.stderr, {})
    stop = _told_to_stop()
    with (
        closing(open_parts(settings, environ)) as parts,
        closing(open_telemetry(settings)) as telemetry,
        _metrics(telemetry.registry, metrics_port),
        _beside(dispatcher(parts, name(), telemetry.deliveries).run, stop),
    ):
        supervisor(parts, environ, telemetry.jobs).run(stop)


class _Server(uvicorn.Server):
    """Says when it answers, and when it is about to end."""

    def __init__(self, app: object, ready: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]  # uvicorn's own name for ASGI applications is narrower than the standard's
                log_config=None,
                access_log=False,
                server_header=False,
                http=Impatient,
                timeout_keep_alive=int(HEAD_S),  # clients let go after 5 s or so: who closes first must not be us
                timeout_graceful_shutdown=SHUTDOWN_S,
            )
        )
        self._ready, self._closing = ready, closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._closing()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT; uvicorn, which hears them first, passes them on when it has closed its connections."""
    stop = threading.Event()

    def told(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop


@contextmanager
def _beside(run: Callable[[threading.Event], None], stop: threading.Event) -> Iterator[None]:
    """While in here it runs in a thread; afterwards it has been told to stop, and has."""
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def _metrics(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    """While in here the registry can be read over HTTP, by whoever is on this machine."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, METRICS_HOST, registry)
    except OSError as error:
        raise _deaf(METRICS_HOST, port, error, "--metrics-port") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off, which holds a small answer back for 40 ms, only where the protocol is named
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise _deaf(host, port, error, "--port, or 0 for any free one") from None
    return listener


def _deaf(host: str, port: int, error: OSError, instead: str) -> SettingsError:
    return SettingsError(
        f"Cannot listen on {host}:{port}: {error.strerror or 'it failed'}.", hint=f"Give another {instead}."
    )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
