"""Previews in processes of their own, each for one request: bounded in time and memory, nothing is left of a table."""

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lookalike.errors import LookalikeError, PreviewRefused, StorageFailed
from lookalike.jobs.group import Command, Group
from lookalike.jobs.spares import Spares
from lookalike.pipeline.work import Request, Work
from lookalike.version import VERSION
from lookalike.wiring.parts import Parts, n_workers
from lookalike.wiring.worker import process_env

LIMIT_S = 3.0  # to look at an input
START_S = 20.0  # for a process to be there that can
MEMORY_BYTES = 3 << 29
_LOOK_S = 0.01  # between two looks at whether there is an answer
FIRST_S = 10.0  # after the start: until then jobs that wait for one need the processors more
_AHEAD_S = 1.0  # between two looks at whether a process is ready


@dataclass
class Previewing:
    """Looks at inputs, for `operations.previews`; one process is ready ahead."""

    parts: Parts
    spares: Spares
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def look(self, request: Request) -> dict[str, Any]:
        """See `pipeline.previewing.preview`; PreviewRefused: it takes longer than `LIMIT_S`, or too much memory."""
        with self._lock:
            group = self.spares.take()
        try:
            return _answered(group, _hello(request, self.parts))
        finally:
            group.kill()
            group.close()

    def run(self, stop: threading.Event) -> None:
        """Keep one process ready until told to stop."""
        wait_s = FIRST_S
        while not stop.wait(wait_s):
            wait_s = _AHEAD_S
            with self._lock:
                self.spares.prepare()
        with self._lock:
            self.spares.close()


def previewing(parts: Parts, environ: Mapping[str, str]) -> Previewing:
    """What looks at inputs in the service's buckets."""
    lookalike = [sys.executable, "-m", "lookalike"]
    command = Command([*lookalike, "guard"], [*lookalike, "preview"], process_env(environ, threads=1))
    return Previewing(parts, Spares(command, replace(command, child=[*command.child, "ahead"]), parts.clock))


def _hello(request: Request, parts: Parts) -> dict[str, Any]:
    jobs, name = parts.settings.jobs, request.input_bucket
    return {
        "job_id": "preview",
        "home": str(parts.settings.home),
        "buckets": {name: parts.urls[name]} if name in parts.urls else {},
        "work_bucket": parts.work_url,
        "ceilings": {"input_bytes": jobs.input_max_bytes, "columns": jobs.columns_max},
        "data_max_bytes": min(MEMORY_BYTES, jobs.memory_max_bytes),
        "workers": n_workers(parts.settings),
        "work": Work("preview", VERSION, request).to_json(),
    }


def _answered(group: Group, hello: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a process; its time begins when it is there."""
    until = time.monotonic() + START_S
    group.begin(hello, until + LIMIT_S)
    while True:
        group.flush()
        live = group.live()  # before what it said last is read
        for line in group.read():
            if line["type"] == "begun":
                until = time.monotonic() + LIMIT_S
            elif line["type"] != "ready":
                return _answer(line)
        if not live:
            raise PreviewRefused("The input could not be looked at: that may take more memory than a preview may have.")
        if time.monotonic() >= until:
            raise PreviewRefused(f"The input cannot be looked at within {LIMIT_S:g} s.")
        time.sleep(_LOOK_S)


def _answer(line: Mapping[str, Any]) -> dict[str, Any]:
    if line["type"] == "answer":
        return dict(line["answer"])
    raise _error(line)


def _error(line: Mapping[str, Any]) -> LookalikeError:
    """The error that a process told."""
    message, hint = str(line["message"]), str(line["hint"])
    if str(line["code"]).startswith("STORAGE_"):
        return StorageFailed(message, hint=hint)
    return PreviewRefused(message, hint=hint)
