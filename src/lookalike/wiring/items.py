"""What does items of a job's tasks: from what a process is told first to its answers, with nothing said beside them."""

import ctypes
import errno
import json
import logging
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from lookalike.clock import SystemClock
from lookalike.compute.answering import answer, refusal
from lookalike.compute.claims import Claims
from lookalike.errors import InternalError, LookalikeError, OutOfMemory, StorageFailed, outline
from lookalike.pipeline.artefacts import Artefacts
from lookalike.pipeline.layout import STAGING
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.wiring.logs import log_to

if TYPE_CHECKING:
    from lookalike.pipeline.tasks import Tasks

PR_SET_NAME = 15  # prctl(2); 15 characters of it are kept
_FULL = (errno.ENOSPC, errno.EDQUOT)

log = logging.getLogger("lookalike.child")


def serve_tasks() -> int:
    """Say that this process is ready, then answer items of tasks, a line each, until standard input ends."""
    answers, log_file = sys.stdout, hush()
    hello = json.loads(sys.stdin.readline())
    log_to(log_file, hello["about"])
    name_process("help", hello["job_id"])
    confine(hello["data_max_bytes"])
    answered = answerer(hello)
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in sys.stdin:
        answers.write(json.dumps(answered(json.loads(line))) + "\n")
        answers.flush()
    return 0


def answerer(hello: Mapping[str, Any]) -> Callable[[Any], Any]:
    """What answers a question for an item: its result, or an error that may be told."""
    tasks = tasks_of(hello)

    def answered(question: Any) -> Any:
        try:
            return answer(tasks.run, question)
        except BaseException as error:  # a panic of polars is no Exception
            return refusal(as_ours(error))

    return answered


def name_process(role: str, job_id: str) -> None:
    """On Linux: show in lists of processes whose job this one does, or helps with."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, f"{role}-{job_id}".encode())


def hush() -> TextIO:
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


def confine(data_max_bytes: int) -> None:
    """
    What this process, and those it starts, may do: leave no image of its memory behind, which would hold cells.

    On Linux also: ask for so much memory and no more. Whoever runs it looks at what all take together, now and then;
    this is for what asks for everything at once.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (data_max_bytes, data_max_bytes))


def tasks_of(hello: Mapping[str, Any]) -> "Tasks":
    """What does items of the job's tasks in this process."""
    from lookalike.pipeline.tasks import Tasks  # loads all engines, which a service that only looks does without

    told = hello.get("endpoint")
    asked = None
    if told is not None:
        from lookalike.wiring.completing import complete  # loads what speaks HTTP

        asked = complete(told, clock=SystemClock())
    return Tasks(*stores(hello), asked, Claims(hello.get("claims")))


def stores(hello: Mapping[str, Any]) -> tuple[NamedBuckets, Any]:
    """The buckets of the job, and the work bucket."""
    home = Path(hello["home"])
    urls = {name: (url, options) for name, (url, options) in hello["buckets"].items()}
    work_url, work_options = hello["work_bucket"]
    job_id = hello["job_id"]  # what is half written when we are killed must stand where it is tidied away
    buckets = NamedBuckets(home, urls, scratch=f"{STAGING}/{job_id}")
    return buckets, open_bucket("work", work_url, work_options, home, scratch=Artefacts.folder(job_id))


def as_ours(error: BaseException) -> LookalikeError:
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
