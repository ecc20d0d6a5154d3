"""This process and a few more on this machine. One that dies takes nothing with it: its item goes to a new one."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread

from lookalike.compute import Json, Run
from lookalike.compute.answering import result
from lookalike.errors import LookalikeError, WorkerLost

TRIES = 3
INLINE_ITEMS = 4  # starting helpers costs about as much as a few items: fewer are done by those that are there


@dataclass(frozen=True)
class WorkerCommand:
    """
    How a helper is started.

    Attributes:
        env: Its whole environment.
        hello: The JSON line it reads first.
        log_fd: Its standard error; None for ours.
        fds: Descriptors of ours that it has too, by the same numbers.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    hello: Json
    log_fd: int | None = None
    fds: Sequence[int] = ()


class Helper:
    """
    A process that reads a `hello`, says that it is ready, and then answers questions, a JSON line each.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: WorkerCommand) -> None:
        self._hello = command.hello
        self._process = subprocess.Popen(
            list(command.argv),
            env=command.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=command.log_fd,
            pass_fds=command.fds,
        )

    def greet(self) -> None:
        """
        Return once it is ready for questions.

        Raises:
            EOFError, OSError: it has died.
        """
        self._send(self._hello)
        self._heard()

    def ask(self, question: Json) -> Json:
        """
        The result that it answers.

        Raises:
            LookalikeError: the error that it answers.
            EOFError, OSError: it has died.
        """
        self._send(question)
        return result(self._heard())

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was to be written to a dead process
                stream.close()  # type: ignore[union-attr]  # both were asked for

    def _heard(self) -> Json:
        stdout = self._process.stdout
        line = stdout.readline() if stdout else b""
        if not line.endswith(b"\n"):
            raise EOFError
        return json.loads(line)

    def _send(self, value: Json) -> None:
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        self._process.stdin.flush()


class LocalExecutor:
    """
    An `Executor` over processes.

    Args:
        workers: How many processes at most, this one among them, each doing one item at a time.
        run: Runs one item here.
        command: Starts a helper. One that is not ready yet keeps nobody waiting.
        ahead: Helpers that are started already, and wait for the `hello`; no more than `workers` less one.
    """

    def __init__(self, workers: int, run: Run, command: WorkerCommand, ahead: Sequence[Helper] = ()) -> None:
        self._workers = workers
        self._run = run
        self._command = command
        self._idle: SimpleQueue[Helper | WorkerLost | None] = SimpleQueue()  # None is this process
        self._idle.put(None)
        self._lock = Lock()
        self._helpers: set[Helper] = set()
        self._closed = False
        for helper in ahead:
            self._join(helper)

    def map(self, task: str, items: Sequence[Json], order: Sequence[int] | None = None) -> Iterator[Json]:
        if self._workers == 1 or len(items) < (2 if self._helpers else INLINE_ITEMS):
            yield from (self._run(task, item) for item in items)
            return
        for _ in range(self._workers - 1 - len(self._helpers)):
            self._start()
        with ThreadPoolExecutor(self._workers) as threads:
            begun = {n: threads.submit(self._ask, task, items[n]) for n in order or range(len(items))}
            try:
                yield from (begun[n].result() for n in range(len(items)))
            finally:
                for future in begun.values():
                    future.cancel()

    def rest(self) -> None:
        """End the helpers, ready or not: they hold memory that others may need."""
        with self._lock:
            gone, self._helpers = self._helpers, set()
            self._idle = SimpleQueue()
            self._idle.put(None)
        for helper in gone:
            helper.close()

    def close(self) -> None:
        """End the helpers."""
        with self._lock:
            self._closed = True
        for helper in tuple(self._helpers):
            helper.close()

    def _ask(self, task: str, item: Json) -> Json:
        for died in range(TRIES):
            helper = self._taken(here=not died)
            if helper is None:
                return self._done_here(task, item)
            try:
                answered = helper.ask({"task": task, "item": item})
            except (EOFError, OSError):
                self._lose(helper)
                self._start()
                continue
            except LookalikeError:
                self._idle.put(helper)
                raise
            self._idle.put(helper)
            return answered
        raise _lost(task)

    def _taken(self, *, here: bool) -> Helper | None:
        """Who is idle: a helper, or (`here`) this process, which an item that killed a helper is not to kill."""
        taken = self._idle.get()
        if taken is None and not here:
            taken = self._idle.get()
            self._idle.put(None)
        if isinstance(taken, WorkerLost):
            self._idle.put(taken)
            raise taken
        return taken

    def _done_here(self, task: str, item: Json) -> Json:
        try:
            return self._run(task, item)
        finally:
            self._idle.put(None)

    def _start(self, tries: int = TRIES) -> None:
        try:
            self._join(Helper(self._command), tries)
        except OSError:
            raise _lost("start") from None

    def _join(self, helper: Helper, tries: int = TRIES) -> None:
        """Let it have items as soon as it is ready; meanwhile the others work."""
        with self._lock:
            self._helpers.add(helper)
            closed = self._closed
        if closed:
            helper.close()
        Thread(target=self._greet, args=(helper, tries), daemon=True).start()

    def _greet(self, helper: Helper, tries: int) -> None:
        try:
            helper.greet()
        except (EOFError, OSError, ValueError):  # it has died, or been closed
            if helper in self._helpers:
                self._lose(helper)
                self._replace(tries - 1)
            return
        with self._lock:
            if helper in self._helpers:
                self._idle.put(helper)

    def _replace(self, tries: int) -> None:
        """Another one for a helper that never became ready."""
        if self._closed:
            return
        try:
            if not tries:
                raise _lost("start")
            self._start(tries)
        except WorkerLost as error:
            self._idle.put(error)

    def _lose(self, helper: Helper) -> None:
        helper.close()
        with self._lock:
            self._helpers.discard(helper)


def _lost(task: str) -> WorkerLost:
    return WorkerLost(f"The workers of task '{task}' died {TRIES} times.")
