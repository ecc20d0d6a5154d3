"""A small pool of processes on this machine. A worker that dies takes nothing with it: its item goes to a new one."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue

from lookalike.compute import Json, Run
from lookalike.compute.answering import result
from lookalike.errors import WorkerLost

TRIES = 3
INLINE_ITEMS = 4  # starting workers costs about as much as a few items: fewer are done in this process


@dataclass(frozen=True)
class WorkerCommand:
    """How a worker process is started; `hello` is the JSON line it reads first, `log_fd` its standard error or ours."""

    argv: Sequence[str]
    env: Mapping[str, str]
    hello: Json
    log_fd: int | None = None


class LocalExecutor:
    """
    An `Executor` over processes.

    Args:
        workers: How many processes at most, each one thread wide; 1 means this process does it all.
        run: Runs one item here.
        command: Starts a process that reads questions, a JSON line each, and writes what `answer` says to each.
    """

    def __init__(self, workers: int, run: Run, command: WorkerCommand) -> None:
        self._workers = workers
        self._run = run
        self._command = command
        self._idle: SimpleQueue[_Worker | None] = SimpleQueue()
        for _ in range(workers):
            self._idle.put(None)  # started when first needed

    def map(self, task: str, items: Sequence[Json]) -> Iterator[Json]:
        if self._workers == 1 or len(items) < INLINE_ITEMS:
            yield from (self._run(task, item) for item in items)
            return
        with ThreadPoolExecutor(self._workers) as threads:
            yield from threads.map(lambda item: self._ask(task, item), items)

    def close(self) -> None:
        """End the worker processes."""
        for _ in range(self._workers):
            worker = self._idle.get()
            if worker is not None:
                worker.close()

    def _ask(self, task: str, item: Json) -> Json:
        for _ in range(TRIES):
            worker = self._idle.get()
            try:
                worker = worker or _Worker(self._command)
                return worker.ask({"task": task, "item": item})
            except (EOFError, OSError):
                if worker is not None:
                    worker.close()
                worker = None
            finally:
                self._idle.put(worker)
        raise WorkerLost(f"The workers of task '{task}' died {TRIES} times.")


class _Worker:
    def __init__(self, command: WorkerCommand) -> None:
        self._process = subprocess.Popen(
            list(command.argv),
            env=dict(command.env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=command.log_fd,
        )
        self._send(command.hello)

    def ask(self, question: Json) -> Json:
        self._send(question)
        stdout = self._process.stdout
        line = stdout.readline() if stdout else b""
        if not line.endswith(b"\n"):
            raise EOFError
        return result(json.loads(line))

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was to be written to a dead process
                stream.close()  # type: ignore[union-attr]  # both were asked for
        self._process.kill()
        self._process.wait()

    def _send(self, value: Json) -> None:
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        self._process.stdin.flush()
