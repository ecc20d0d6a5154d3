"""Requests a second and their latency, by wrk."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

from bench.serving.service import NotMeasured

HINT = "on Debian: apt-get install wrk; on macOS: brew install wrk"
UNIQUE = "UNIQUE"  # in a body: replaced by what no other request of the run has
MARK = "measured: "

# Threads of wrk share nothing: each is given its number when it is set up, and counts its own requests.
_SCRIPT = Template("""
wrk.headers["Authorization"] = $authorization
wrk.headers["Content-Type"] = "application/json"
local n_threads, count, paths, body = 0, 0, {$paths}, $body
function setup(thread) thread:set("number", n_threads); n_threads = n_threads + 1 end
function request()
  count = count + 1
  local path = paths[(count + number) % #paths + 1]
  if body == nil then return wrk.format("GET", path) end
  return wrk.format("POST", path, nil, (body:gsub("$unique", $prefix .. number .. "-" .. count)))
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('$mark{"requests": %d, "duration_us": %d, "errors": %d, "p50_us": %d, "p99_us": %d}\\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
""")


@dataclass(frozen=True)
class Load:
    """How hard it is pressed: so many connections, each of which sends its next request when it has its answer."""

    connections: int
    threads: int
    seconds: int


@dataclass(frozen=True)
class Pace:
    """What wrk measured."""

    per_s: float
    p50_ms: float
    p99_ms: float


def available() -> bool:
    """Whether wrk is there; root on Debian has it installed first."""
    if shutil.which("wrk") is None and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for words in (["update"], ["install", "-y", "wrk"]):
            subprocess.run(["apt-get", *words], check=False, **quiet)  # type: ignore[call-overload]  # noqa: S607
    return shutil.which("wrk") is not None


def press(url: str, load: Load, script: str) -> Pace:
    """
    What wrk measures with a script.

    Raises:
        NotMeasured: wrk failed, or a request did.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "requests.lua"
        path.write_text(script)
        words = ["wrk", f"-c{load.connections}", f"-t{load.threads}", f"-d{load.seconds}", "-s", str(path), url]
        run = subprocess.run(words, capture_output=True, text=True, check=False)
    return measured(run.stdout)


def measured(told: str) -> Pace:
    """
    What wrk with our script wrote.

    Raises:
        NotMeasured: it wrote no figures, or requests failed.
    """
    found = [line.removeprefix(MARK) for line in told.splitlines() if line.startswith(MARK)]
    if not found:
        raise NotMeasured("wrk did not end well")
    figures = json.loads(found[0])
    if figures["errors"]:
        raise NotMeasured(f"{figures['errors']:,} of wrk's requests failed")
    per_s = figures["requests"] / (figures["duration_us"] / 1e6)
    return Pace(per_s, figures["p50_us"] / 1e3, figures["p99_us"] / 1e3)


def gets(token: str, paths: Sequence[str]) -> str:
    """A script that asks for these in turn."""
    return _script(token, paths, "nil", "")


def posts(token: str, path: str, body: Mapping[str, Any], prefix: str) -> str:
    """A script that sends the body again and again, `UNIQUE` in it replaced by the prefix and a number."""
    return _script(token, [path], _lua(json.dumps(body)), prefix)


def _script(token: str, paths: Sequence[str], body: str, prefix: str) -> str:
    return _SCRIPT.substitute(
        authorization=_lua(f"Bearer {token}"),
        paths=", ".join(_lua(path) for path in paths),
        body=body,
        prefix=_lua(prefix),
        unique=UNIQUE,
        mark=MARK,
    )


def _lua(text: str) -> str:
    """A string of Lua in which nothing is special."""
    return f"[==[{text}]==]"
