"""The process that does a job: built from the line it reads first, watched by its pipe."""

import gc
import json
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from importlib import import_module
from queue import SimpleQueue
from typing import Any, TextIO

from lookalike.compute.answering import refusal
from lookalike.errors import ComputeAway, EndpointAway, LookalikeError, StorageAway
from lookalike.pipeline.context import Ceilings, Context
from lookalike.pipeline.runner import run
from lookalike.pipeline.work import STAGES, Work
from lookalike.wiring.executing import executor
from lookalike.wiring.items import as_ours, confine, hush, name_process, stores
from lookalike.wiring.logs import log_to

AWAY = (StorageAway.code, EndpointAway.code, ComputeAway.code)  # a job waits for these


def main(*, ahead: bool) -> int:
    """
    Do the job that the first line of standard input describes; tell of it in JSON lines on standard output.

    Args:
        ahead: Make ready first what any job may need, and say so; 0 if then no job comes.
    """
    pipe = _Pipe(sys.stdout)
    log_file = hush()
    if ahead:
        warm()
        pipe.ready()
    line = sys.stdin.readline()
    if not line:
        return 0
    hello = json.loads(line)
    log_to(log_file, hello["about"])
    name_process("job", hello["job_id"])
    confine(hello["data_max_bytes"])
    threading.Thread(target=pipe.listen, args=(sys.stdin,), daemon=True).start()
    try:
        pipe.done(_do(hello, pipe, log_file.fileno()))
    except BaseException as error:  # the one place that catches everything; a panic of polars is no Exception
        pipe.ended(as_ours(error))
        return 1
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
        if error.code in AWAY:
            self._say({"type": "stuck", "reason": str(error)})
        else:
            self._say({"type": "failed", **refusal(error)["error"], "message": str(error)})

    def _say(self, value: Mapping[str, Any]) -> None:
        self._out.write(json.dumps(value) + "\n")
        self._out.flush()


def warm() -> None:
    """Load all stages, and compile or load all kernels."""
    from lookalike.engines.tabular import warming as learning
    from lookalike.engines.text import warming as writing
    from lookalike.engines.time_series import warming as stepping
    from lookalike.evaluation import warming as judging

    gc.disable()  # nothing of what is loaded is garbage, and to look for it takes a tenth of the time
    for stage in STAGES:
        import_module(f"lookalike.pipeline.{stage}")
    learning.warm()
    stepping.warm()
    writing.warm()
    judging.warm()
    gc.collect()
    gc.freeze()  # what stays for good need not be looked through again and again
    gc.enable()


def _do(hello: Mapping[str, Any], pipe: _Pipe, log_fd: int) -> Work:
    buckets, work_bucket = stores(hello)
    with closing(executor(hello, log_fd)) as made:
        ceilings = Ceilings(**hello["ceilings"])
        publishing, sharing = hello["publishing"], None if hello.get("cluster") else hello["workers"]
        context = Context(buckets, work_bucket, made, pipe, ceilings, publishing=publishing, sharing=sharing)
        return run(Work.from_json(hello["work"]), context)


def _metadata(work: Work) -> dict[str, Any]:
    """What the job's status shows of the facts so far."""
    told: dict[str, Any] = {}
    if "input" in work.facts:
        told |= {"input_size": work.facts["input"]["size_bytes"], "input_rows": work.facts["input"]["rows"]}
    if "output" in work.facts:
        told |= {"output_size": work.facts["output"]["size_bytes"], "output_rows": work.facts["output"]["rows"]}
    return told
