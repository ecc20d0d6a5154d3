"""A worker process of tests: answers items as `answer` says; an item may tell it to fail or to end itself."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from lookalike.compute.answering import answer
from lookalike.errors import InputInvalid


def run(task: str, item: Any) -> Any:
    """What the item says is to be done."""
    match task:
        case "double":
            time.sleep(item % 3 * 0.01)
            return 2 * item
        case "meet":
            Path(item).touch()
            return os.getpid()
        case "fail":
            raise InputInvalid(f"Item {item} is wrong.", hint="Mend it.")
        case "die":
            _die(Path(item["place"]), item["times"])
            return item["times"]
        case "where":
            time.sleep(0.2)
            return {"pids": os.readlink("/proc/self/ns/pid"), "greeting": os.environ.get("GREETING")}
        case "note":
            with Path(item).open("a") as place:
                place.write("x")
            time.sleep(0.3)
            return item
    raise AssertionError(task)


def answerer(hello: Any) -> Any:
    """What answers questions in a worker of a cluster."""
    assert hello == {"hello": "world"}
    return lambda question: answer(run, question)


def _die(place: Path, times: int) -> None:
    """End this process at once, so many times."""
    died = len(list(place.parent.glob(f"{place.name}.*")))
    if died < times:
        place.with_name(f"{place.name}.{died}").touch()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    hello = json.loads(sys.stdin.readline())
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(run, json.loads(line))) + "\n")
        sys.stdout.flush()
