"""Whatever a process logs is one JSON object a line, in a form of ours."""

import json
import subprocess
import sys
from typing import Any

BEFORE = """
import logging, sys, threading, warnings
from lookalike.wiring.logs import log_to
log_to(sys.stderr, {"job_id": "j"})
"""


def lines(script: str) -> list[dict[str, Any]]:
    """What a process logs that runs the script."""
    done = subprocess.run([sys.executable, "-c", BEFORE + script], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_has_its_fields_in_order() -> None:
    """First when, how grave, whose and what, then which job and request, then all else the line was given."""
    extra = {"n": 1, "request_id": "r", "epoch": 2}
    [line] = lines(f"logging.getLogger('lookalike.x').info('a %s', 'b', extra={extra})")

    assert ["timestamp", "level", "logger", "event", "job_id", "epoch", "request_id", "n"] == list(line)
    assert ["info", "lookalike.x", "a b", "j", 2, "r", 1] == list(line.values())[1:]
    assert len("2026-01-31T12:00:00.000Z") == len(line["timestamp"])
    assert line["timestamp"].endswith("Z")


def test_libraries_are_heard_from_warnings_on() -> None:
    """Of libraries only what is grave is written; a line of theirs is cut after its first line."""
    told = lines(
        "for name in ('uvicorn.error', 'alembic', 'sqlalchemy.pool', 'httpx'):\n"
        "    logging.getLogger(name).info('no')\n"
        "    logging.getLogger(name).warning('yes\\nplanted')\n"
    )

    assert [("uvicorn.error", "yes"), ("alembic", "yes"), ("sqlalchemy.pool", "yes"), ("httpx", "yes")] == [
        (line["logger"], line["event"]) for line in told
    ]


def test_an_exception_is_its_kind_and_places() -> None:
    """An exception that is logged, or that nobody caught, is told without its words; a warning is a line too."""
    told = lines(
        "def fail(): raise ValueError('planted')\n"
        "try: fail()\n"
        "except ValueError: logging.getLogger('asyncio').exception('it failed')\n"
        "thread = threading.Thread(target=fail)\n"
        "thread.start()\n"
        "thread.join()\n"
        "warnings.warn('careful')\n"
        "fail()\n"
    )

    assert ["it failed", "an exception was not caught", "<string>:11: UserWarning: careful"] == [
        line["event"] for line in told[:3]
    ]
    assert ["ValueError", "ValueError", None, "ValueError"] == [line.get("error") for line in told]
    assert "<string>:5 < <string>:6" == told[0]["at"]
    assert "<string>:5 < <string>:12" == told[3]["at"]
    assert "planted" not in json.dumps(told)
