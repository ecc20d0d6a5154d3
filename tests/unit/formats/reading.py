"""
Reads files as a process of its own, which may not take much memory.

A line of JSON asks: `format`, `compression`, `data` in base64. A line of JSON answers: the kind of the `error` that
reading gave, or null, and all that is `shown` of it.
"""

import io
import json
import logging
import resource
import sys
import traceback
from base64 import b64decode
from typing import Any

from lookalike.data.inference import infer
from lookalike.formats import ReadOptions, decompressed, load

MEMORY_BYTES = 4 << 30  # of addresses; most of it is what the libraries reserve and never use


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    part, stream = load(asked["format"]), io.BytesIO(b64decode(asked["data"]))
    try:
        infer(part.read(decompressed(stream, asked["compression"]), ReadOptions()), textual=part.textual)
    except BaseException as error:
        return {"error": type(error).__name__, "shown": "".join(traceback.format_exception(error)) + str(vars(error))}
    return {"error": None, "shown": ""}


if sys.platform == "linux":  # others do not keep such a limit
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
logging.basicConfig(level=logging.DEBUG)
for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
