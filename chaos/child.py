"""
The process of a job in the storm: a real one for tables, else a stand-in for the pipeline.

The stand-in speaks the same messages, keeps its checkpoints and parts in the same places, publishes by the same rules;
its rows are a function of the seed. It exists because a real pipeline spends a second on loading its engine, and a
storm wants many jobs.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from lookalike.pipeline.work import STAGES
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket

STAND_IN = "stand-in"
N_BLOCKS = 6


def main() -> int:
    line = sys.stdin.readline()
    if not line:
        return 0
    hello = json.loads(line)
    note(hello, "begin")
    if hello["work"]["request"]["data_type"] != STAND_IN:
        from lookalike.wiring.child import main as real

        sys.stdin = Again(line, sys.stdin)
        return real(ahead=False)
    for work in stages(hello):
        note(hello, "work")
        say("checkpoint", work=work, metadata={})
    say("done", work=work, metadata={"output_rows": 1})
    return 0


class Again:
    """Standard input with its first line put back."""

    def __init__(self, first: str, rest: Any) -> None:
        self._first, self._rest = first, rest

    def readline(self) -> str:
        return self._first

    def __iter__(self) -> Iterator[str]:
        return iter(self._rest)


def note(hello: dict[str, Any], what: str) -> None:
    """Leave a line that tells who worked at the job when."""
    path = Path(hello["home"]) / "notes" / hello["work"]["job_id"]
    with path.open("a") as file:
        file.write(f"{hello['epoch']} {os.getpid()} {time.monotonic()} {what}\n")


def say(kind: str, **values: Any) -> None:
    print(json.dumps({"type": kind, **values}), flush=True)


def stages(hello: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The work after each stage that is not done yet."""
    work = hello["work"]
    for name in STAGES:
        if name in work["done"]:
            continue
        say("stage", stage=name, status="processing")
        if name == "generate":
            generate(hello)
        elif name == "publish":
            publish(hello)
        else:
            time.sleep(work["request"]["parameters"]["stage_s"])
        work = {**work, "done": [*work["done"], name]}
        say("stage", stage=name, status="completed")
        yield work


def generate(hello: dict[str, Any]) -> None:
    """Blocks into the work bucket, then all of them as one part beside the output."""
    work_bucket, output, job_id = *buckets(hello), hello["work"]["job_id"]
    request = hello["work"]["request"]
    blocks = [block(request["parameters"]["seed"], number) for number in range(N_BLOCKS)]
    for number, value in enumerate(blocks):
        work_bucket.write(f"jobs/{job_id}/block-{number}", value)
        time.sleep(request["parameters"]["block_s"])
        note(hello, "work")
        say("progress", stage="generate", share=(number + 1) / N_BLOCKS)
    with output.writer(f".lookalike/{job_id}/part") as stream:
        for number in range(N_BLOCKS):
            stream.write(work_bucket.read(f"jobs/{job_id}/block-{number}"))


def publish(hello: dict[str, Any]) -> None:
    """Ask, then the part to its place and the manifest last."""
    _, output = buckets(hello)
    job_id, request = hello["work"]["job_id"], hello["work"]["request"]
    path = request["output_path"]
    say("publish")
    sys.stdin.readline()
    output.copy(f".lookalike/{job_id}/part", path)
    time.sleep(request["parameters"]["stage_s"])
    note(hello, "work")
    manifest = json.dumps({"job_id": job_id}).encode()
    if not output.create(f"{path}.manifest.json", manifest) and output.read(f"{path}.manifest.json") != manifest:
        raise AssertionError("another job published here")


def block(seed: int, number: int) -> bytes:
    return sha256(f"{seed} {number}".encode()).digest() * 256


def buckets(hello: dict[str, Any]) -> tuple[Bucket, Bucket]:
    home, job_id = Path(hello["home"]), hello["job_id"]
    url, options = hello["work_bucket"]
    work = open_bucket("work", url, options, home, scratch=f"jobs/{job_id}")
    return work, NamedBuckets(home, {}, scratch=f".lookalike/{job_id}")["out"]


if __name__ == "__main__":
    sys.exit(main())
