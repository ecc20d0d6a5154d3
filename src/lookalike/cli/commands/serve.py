"""`lookalike serve`: the API and one worker in one process tree."""

import logging
import sys
from pathlib import Path

import click

from lookalike.cli.home import environment, load

log = logging.getLogger("lookalike.console")


@click.command(short_help="Run the service: API and one worker.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder; made on first use.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on, 0 picks a free one.  [default: 8000]")
def command(home: Path, host: str | None, port: int | None) -> None:
    """Run the service: API and one worker. Prints its URL, a line, when it is ready; all else on standard error."""
    from lookalike.wiring.serve import serve

    settings = load(home)
    server = settings.server.model_copy(
        update={key: value for key, value in (("host", host), ("port", port)) if value is not None}
    )
    serve(settings.model_copy(update={"server": server}), environment(), ready=click.echo, welcome=_welcome)


def _welcome(link: str) -> None:
    """For people in words; where nobody looks every line is one of the log."""
    if sys.stderr.isatty():
        click.echo(f"Sign in, once: {link}", err=True)
    else:
        log.info("sign in, once", extra={"link": link})
