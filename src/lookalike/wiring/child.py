"""The process that does a job, and those that help it: built from the line they read first, watched by their pipes."""

import ctypes
import errno
import gc
import json
import logging
import os
import resource
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from lookalike.clock import SystemClock
from lookalike.compute.local import LocalExecutor, WorkerCommand, answer
from lookalike.errors import (
    EndpointAway,
    InternalError,
    LookalikeError,
    OutOfMemory,
    StorageAway,
    StorageFailed,
    outline,
)
from lookalike.pipeline.artefacts import Artefacts
from lookalike.pipeline.context import Ceilings, Context
from lookalike.pipeline.layout import STAGING
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import STAGES, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.wiring.completing import complete
from lookalike.wiring.logs import log_to

PR_SET_NAME = 15  # prctl(2); 15 characters of it are kept

_FULL = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger("lookalike.child")


def main(*, ahead: bool) -> int:
    """
    Do the job that the first line of standard input describes; tell of it in JSON lines on standard output.

    Args:
        ahead: Make ready first what any job may need, and say so; 0 if then no job comes.
    """
    pipe = _Pipe(sys.stdout)
    log_file = _hush()
    if ahead:
        warm()
        pipe.ready()
    line = sys.stdin.readline()
    if not line:
        return 0
    hello = json.loads(line)
    log_to(log_file, hello["about"])
    _name(hello["job_id"])
    _confine(hello["data_max_bytes"])
    threading.Thread(target=pipe.listen, args=(sys.stdin,), daemon=True).start()
    try:
        pipe.done(_do(hello, pipe, log_file.fileno()))
    except BaseException as error:  # the one place that catches everything; a panic of polars is no Exception
        pipe.ended(_told(error))
        return 1
    return 0


def serve_tasks() -> int:
    """Answer items of tasks, a line each, until standard input ends."""
    hello = json.loads(sys.stdin.readline())
    answers = sys.stdout
    log_to(_hush(), hello["about"])
    tasks = _tasks(hello)
    for line in sys.stdin:
        try:
            told = answer(tasks.run, json.loads(line))
        except BaseException as error:
            told = {"error": _as_json(_told(error))}
        answers.write(json.dumps(told) + "\n")
        answers.flush()
    return 0


class _Pipe:
    """The job's end of the pipe to its supervisor: a `Listener` of the pipeline."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._granted: SimpleQueue[None] = SimpleQueue()

    def listen(self, source: TextIO) -> None:
        """Hear that publishing may begin; when nobody is left to speak, end the process and its helpers at once."""
        for line in source:
            if json.loads(line)["type"] == "publish":
                self._granted.put(None)
        os._exit(1)

    def ready(self) -> None:
        self._say({"type": "ready"})

    def stage(self, name: str, status: str) -> None:
        self._say({"type": "stage", "stage": name, "status": status})

    def progress(self, stage: str, share: float) -> None:
        self._say({"type": "progress", "stage": stage, "share": share})

    def checkpoint(self, work: Work) -> None:
        self._say({"type": "checkpoint", "work": work.to_json(), "metadata": _metadata(work)})

    def begin_publishing(self) -> None:
        self._say({"type": "publish"})
        self._granted.get()

    def done(self, work: Work) -> None:
        self._say({"type": "done", "work": work.to_json(), "metadata": _metadata(work)})

    def ended(self, error: LookalikeError) -> None:
        """A last word: the job has failed, or cannot go on now."""
        if error.code in (StorageAway.code, EndpointAway.code):
            self._say({"type": "stuck", "reason": str(error)})
        else:
            self._say({"type": "failed", **_as_json(error), "message": str(error)})

    def _say(self, value: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(value) + "\n")
        self._out.flush()


def warm() -> None:
    """Load all stages, and compile or load all kernels."""
    from lookalike.engines.tabular import warming as learning
    from lookalike.engines.text import warming as writing
    from lookalike.engines.time_series import warming as stepping
    from lookalike.evaluation import warming as judging

    for stage in STAGES:
        import_module(f"lookalike.pipeline.{stage}")
    learning.warm()
    stepping.warm()
    writing.warm()
    judging.warm()
    gc.collect()
    gc.freeze()  # what stays for good need not be looked through again and again


def _name(job_id: str) -> None:
    """On Linux: show in lists of processes whose job this one does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"job-{job_id}".encode())


def _confine(data_max_bytes: int) -> None:
    """
    What this process, and those it starts, may do: leave no image of its memory behind, which would hold cells.

    On Linux also: ask for so much memory and no more. Whoever runs it looks at what all take together, now and then;
    this is for what asks for everything at once.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (data_max_bytes, data_max_bytes))


def _do(hello: Mapping[str, Any], pipe: _Pipe, log_fd: int) -> Work:
    tasks = _tasks(hello)
    helper = {
        key: hello[key] for key in ("about", "job_id", "home", "buckets", "work_bucket", "endpoint") if key in hello
    }
    command = WorkerCommand([sys.executable, "-m", "lookalike", "task-worker"], hello["helper_env"], helper, log_fd)
    executor = LocalExecutor(hello["workers"], tasks.run, command)
    buckets, work_bucket = _stores(hello)
    context = Context(
        buckets, work_bucket, executor, pipe, Ceilings(**hello["ceilings"]), publishing=hello["publishing"]
    )
    try:
        return run(Work.from_json(hello["work"]), context)
    finally:
        executor.close()


def _tasks(hello: Mapping[str, Any]) -> Tasks:
    told = hello.get("endpoint")
    return Tasks(*_stores(hello), None if told is None else complete(told, clock=SystemClock()))


def _stores(hello: Mapping[str, Any]) -> tuple[NamedBuckets, Any]:
    home = Path(hello["home"])
    urls = {name: (url, options) for name, (url, options) in hello["buckets"].items()}
    work_url, work_options = hello["work_bucket"]
    job_id = hello["job_id"]  # what is half written when we are killed must stand where it is tidied away
    buckets = NamedBuckets(home, urls, scratch=f"{STAGING}/{job_id}")
    return buckets, open_bucket("work", work_url, work_options, home, scratch=Artefacts.folder(job_id))


def _metadata(work: Work) -> dict[str, Any]:
    """What the job's status shows of the facts so far."""
    told: dict[str, Any] = {}
    if "input" in work.facts:
        told |= {"input_size": work.facts["input"]["size_bytes"], "input_rows": work.facts["input"]["rows"]}
    if "output" in work.facts:
        told |= {"output_size": work.facts["output"]["size_bytes"], "output_rows": work.facts["output"]["rows"]}
    return told


def _hush() -> TextIO:
    """
    Let only our own log lines through; returns where they go.

    What libraries print must not get between the lines on standard output, and when polars panics it writes its own
    words, which may quote cells, straight to the file of standard error.
    """
    log_file = os.fdopen(os.dup(2), "w", buffering=1)
    log_to(log_file, {})
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stdout = sys.stderr
    return log_file


def _told(error: BaseException) -> LookalikeError:
    """The error as it may be told: a library's own words may quote cells, so of those only the place is logged."""
    if isinstance(error, LookalikeError):
        return error
    log.error("the job failed on our side", extra=outline(error))
    if isinstance(error, MemoryError):
        return OutOfMemory("The job needs more memory than there is.")
    if isinstance(error, OSError) and error.errno in _FULL:
        hint = "Make room in it, or name another folder: TMPDIR. Then submit again."
        return StorageFailed("The folder for temporary files has no room left.", hint=hint)
    return InternalError("The job failed on our side.")


def _as_json(error: LookalikeError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "hint": error.hint, "retryable": error.retryable}
