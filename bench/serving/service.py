"""A real service on a database of either kind: its own process, its own home, spoken to over HTTP."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import psutil
from chaos.databases import KINDS

from bench.measuring.processes import ROOT
from bench.serving.submissions import submission
from lookalike import samples
from lookalike.operations.submission import Submission

PATIENCE_S = 180.0
POLL_S = 0.02
LONG_ROWS = 50_000_000  # of a job that does not end meanwhile
STILL_S = 0.5  # a spare that used no CPU time for so long is ready
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class NotMeasured(Exception):
    """Something of ours did not do what was to be measured; the message says what."""


@dataclass(frozen=True)
class Place:
    """
    Where a service lives.

    Attributes:
        home: Has the buckets `in`, with the sample as ``table.csv``, and `out`.
        settings: Environment variables without their prefix.
        environ: Others.
    """

    home: Path
    database: str
    settings: Mapping[str, str]
    environ: Mapping[str, str]

    def start(self, *command: str, stdout: int | None = None) -> subprocess.Popen[str]:
        """A command of ours in this home; what it logs goes beside it."""
        told = {"DATABASE": self.database, "SERVER__REQUESTS_PER_S": "1000000", **self.settings}
        env = {**os.environ, **self.environ, **{f"LOOKALIKE_{name}": value for name, value in told.items()}}
        words = [sys.executable, "-m", "lookalike", *command, "--home", str(self.home)]
        with (self.home.parent / "log").open("a") as log:
            return subprocess.Popen(words, cwd=ROOT, env=env, stdout=stdout, stderr=log, text=True)

    def token(self, customer: str) -> str:
        """One that is good for longer than any benchmark."""
        command = self.start("token", "--customer", customer, "--expires", "36000", stdout=subprocess.PIPE)
        return command.communicate(timeout=PATIENCE_S)[0].strip()


@contextmanager
def placed(kind: str, environ: Mapping[str, str] = MappingProxyType({}), /, **settings: str) -> Iterator[Place]:
    """A new home and an empty database of a kind."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, KINDS[kind](Path(folder)) as url:
        place = Place(Path(folder) / "home", url, settings, environ)
        for name in ("in", "out"):
            (place.home / "buckets" / name).mkdir(parents=True)
        shutil.copy(samples.path("adult.csv"), place.home / "buckets" / "in" / "table.csv")
        yield place


@dataclass(frozen=True)
class Service:
    """A service that answers; `http` speaks for one customer."""

    place: Place
    url: str
    token: str
    http: httpx.Client
    process: subprocess.Popen[str]

    def submit(self, asked: Submission) -> str:
        """The id of the job that was accepted."""
        answer = self.http.post("/api/v2/jobs", json=body(asked))
        if answer.status_code != httpx.codes.ACCEPTED:
            raise NotMeasured(f"a submission was answered with {answer.status_code}")
        return str(answer.json()["job_id"])

    def job(self, job_id: str) -> dict[str, Any]:
        value: dict[str, Any] = self.http.get(f"/api/v2/jobs/{job_id}").json()
        return value

    def n_jobs(self, status: str) -> int:
        """How many of the customer's jobs are in a state."""
        return int(self.http.get("/api/v2/jobs", params={"status": status, "limit": 1}).json()["total"])

    def until(self, job_id: str, status: str, *, poll_s: float = POLL_S, patience_s: float = PATIENCE_S) -> None:
        """Return when the job is in a state; NotMeasured if it fails or takes too long."""
        end = time.monotonic() + patience_s
        while (now := self.job(job_id)["status"]) != status:
            if now == "failed" or time.monotonic() > end:
                raise NotMeasured(f"a job that should be {status} is {now}")
            time.sleep(poll_s)

    def occupy(self) -> None:
        """
        Have a job run, and stop its process; it is killed with its group when the service ends.

        The supervisor beats and looks into the queue as ever, but no job takes the processors from what is measured.
        """
        self.until_ready()
        self.until(self.submit(submission("long.csv", LONG_ROWS)), "running")
        for process in self.processes("child", "ahead"):
            process.send_signal(signal.SIGSTOP)

    def processes(self, *words: str) -> list[psutil.Process]:
        """Descendants whose command line ends in these words."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in below if tuple(command_line(process)[-len(words) :]) == words]

    def until_ready(self) -> None:
        """Return when the spare child is there, and rests."""
        end, before = time.monotonic() + PATIENCE_S, -1.0
        while time.monotonic() < end:
            used = sum(cpu_s(process) for process in self.processes("child", "ahead"))
            if used and used == before:
                return
            before = used
            time.sleep(STILL_S)
        raise NotMeasured("no spare process has become ready")


@contextmanager
def serving(kind: str, environ: Mapping[str, str] = MappingProxyType({}), /, **settings: str) -> Iterator[Service]:
    """`lookalike serve` on an empty database of a kind."""
    with placed(kind, environ, **settings) as place:
        process = place.start("serve", "--port", "0", stdout=subprocess.PIPE)
        if process.stdout is None:
            raise AssertionError("it was asked to be a pipe")
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise NotMeasured("the service did not start")
            token = place.token("acme")
            with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
                yield Service(place, url, token, http, process)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            process.stdout.close()


def body(asked: Submission) -> dict[str, Any]:
    """A submission as the API takes it."""
    return {name: value for name, value in asdict(asked).items() if name != "unknown"}


def command_line(process: psutil.Process) -> list[str]:
    """Its words; none if it has ended."""
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds it has used; 0 if it has ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
