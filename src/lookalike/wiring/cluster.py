"""The far end of a Ray cluster: what its workers do with a job's items, and whether its nodes are fit for them."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lookalike.compute.answering import refusal
from lookalike.errors import ComputeAway, LookalikeError, ObjectMissing
from lookalike.jobs.scratch import Scratch, sweep
from lookalike.pipeline.layout import SERVICE_MARK
from lookalike.version import VERSION
from lookalike.wiring.items import answerer, confine, hush, stores
from lookalike.wiring.logs import log_to

_kept: list[Scratch] = []  # a folder is locked for as long as its process lives


def marked(hello: Mapping[str, Any]) -> dict[str, Any]:
    """What workers are told, with the mark of the work bucket as it is seen from here, if it has one."""
    try:
        return {**hello, "mark": stores(hello)[1].read(SERVICE_MARK).decode()}
    except ObjectMissing:
        return {**hello, "mark": None}


def serve(hello: Mapping[str, Any]) -> Callable[[Any], Any]:
    """
    What answers questions in a worker of the cluster, made once a process. Only our own log goes to the worker's files.

    Raises:
        ComputeAway: this node has another version of Lookalike, or does not see the buckets that the job has.
    """
    log_file = hush()
    os.dup2(2, 1)
    log_to(log_file, hello["about"])
    confine(hello["data_max_bytes"])
    refuse_stranger(hello)
    folder = Path(tempfile.gettempdir())
    sweep(folder)
    _kept.append(Scratch(folder))
    tempfile.tempdir = str(_kept[-1].path)
    return answerer(hello)


def greet(hello: Mapping[str, Any]) -> Callable[[Any], Any]:
    """
    What answers in a worker of the cluster that its node is fit.

    Raises:
        ComputeAway: see `serve`.
    """
    hush()
    os.dup2(2, 1)
    refuse_stranger(hello)
    return lambda question: {"result": None}


def look() -> int:
    """Visit the cluster that the first line of standard input tells of; answer its processors, or why not."""
    told = json.loads(sys.stdin.readline())
    answers = sys.stdout
    hush()  # Ray writes to both, in its own words
    introduce(told["token"])
    from lookalike.compute.ray import Work, visit

    try:
        hello = marked({**told["hello"], "version": VERSION})
        answered = {"result": visit(told["address"], Work("lookalike.wiring.cluster:greet", hello, told["env"]))}
    except LookalikeError as error:
        answered = refusal(error)
    answers.write(json.dumps(answered) + "\n")
    answers.flush()
    return 0


def introduce(token: str) -> None:
    """Let Ray find the cluster's token, which it looks for nowhere else; before any of it is loaded. No telemetry."""
    told = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token, "RAY_USAGE_STATS_ENABLED": "0"}
    hurried = {"RAY_NUM_REDIS_GET_RETRIES": "5"}  # a token that is not good will not be a second later; else 20 times
    os.environ.update(told | hurried)  # noqa: TID251  of this process alone: it was started without them


def refuse_stranger(hello: Mapping[str, Any]) -> None:
    """
    Return if this node may work for who says hello.

    Raises:
        ComputeAway: see `serve`.
    """
    if hello["version"] != VERSION:
        message = f"A node of the Ray cluster has Lookalike {VERSION}, this machine {hello['version']}."
        raise ComputeAway(message, hint="Install the same version on all nodes, then resume the job.")
    for name, (url, _) in {**hello["buckets"], "work": hello["work_bucket"]}.items():
        if (
            url.startswith("file:")
            and not (Path(hello["home"]) / url.removeprefix("file:").removeprefix("//")).is_dir()
        ):
            raise _elsewhere(name)
    try:
        mark = stores(hello)[1].read(SERVICE_MARK).decode()
    except ObjectMissing:
        mark = None
    except LookalikeError as error:
        raise ComputeAway(f"A node of the Ray cluster cannot reach the work bucket: {error.message}") from None
    if mark != hello["mark"]:
        raise _elsewhere("work")


def _elsewhere(name: str) -> ComputeAway:
    hint = "Name one that all nodes share, such as s3://, or mount its folder on all of them, under the same path."
    return ComputeAway(f"A node of the Ray cluster does not see the bucket '{name}' of this machine.", hint=hint)
