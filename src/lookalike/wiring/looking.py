"""The process that looks at an input: it answers one question of `previewing` and ends."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import polars as pl

from lookalike.data.inference import infer
from lookalike.pipeline.context import Ceilings
from lookalike.pipeline.kinds import kind
from lookalike.pipeline.previewing import preview
from lookalike.pipeline.work import Work
from lookalike.wiring.items import as_ours, confine, hush, name_process, stores


def main(*, ahead: bool) -> int:
    """Answer the one question on standard input, in lines on standard output."""
    answers, _ = sys.stdout, hush()
    warm()
    if ahead:
        _say(answers, {"type": "ready"})
    line = sys.stdin.readline()
    if not line:
        return 0
    hello = json.loads(line)
    name_process("look", hello["job_id"])
    confine(hello["data_max_bytes"])
    _say(answers, {"type": "begun"})
    try:
        buckets, _ = stores(hello)
        request = Work.from_json(hello["work"]).request
        told = preview(request, buckets, Ceilings(**hello["ceilings"]), hello["workers"])
        _say(answers, {"type": "answer", "answer": told})
    except BaseException as error:  # a panic of polars is no Exception
        ours = as_ours(error)
        _say(answers, {"type": "failed", "code": ours.code, "message": ours.message, "hint": ours.hint})
    return 0


def warm() -> None:
    """Load what any table needs, by looking at a small one."""
    for data_type in ("tabular", "text", "time_series"):
        kind(data_type)
    infer(pl.DataFrame({"a": [str(n) for n in range(100)], "b": ["x y z"] * 100}), textual=True)


def _say(answers: Any, value: Mapping[str, Any]) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()
