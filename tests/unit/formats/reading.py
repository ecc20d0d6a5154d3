"""
Reads files as a process of its own.

A line of JSON asks: `format`, `compression`, `data` in base64. A line of JSON answers: the kind of the `error` that
reading gave, or null, all that is `shown` of it, and the most memory that was ever held.
"""

import io
import json
import logging
import resource
import sys
import traceback
from base64 import b64decode
from pathlib import Path
from typing import Any

from lookalike.data.inference import infer
from lookalike.formats import ReadOptions, decompressed, load, read

ADDRESSES_BYTES = 16 << 30  # ends what would take the machine's memory; the libraries themselves reserve four


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    kind, shown = None, ""
    part, stream = load(asked["format"]), io.BytesIO(b64decode(asked["data"]))
    try:
        infer(read(asked["format"], decompressed(stream, asked["compression"]), ReadOptions()), textual=part.textual)
    except BaseException as error:
        kind, shown = type(error).__name__, "".join(traceback.format_exception(error)) + str(vars(error))
    return {"error": kind, "shown": shown, "peak_bytes": peak_bytes()}


def peak_bytes() -> int:
    """Linux tells it of this program alone; what rusage tells begins with what the program had that started it."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if sys.platform == "linux":  # others do not keep such a limit
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES_BYTES, ADDRESSES_BYTES))
logging.basicConfig(level=logging.DEBUG)
for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
