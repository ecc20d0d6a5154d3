"""A real service for tests: its own process, its own home, spoken to over HTTP."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import psutil

PATIENCE_S = 120
HURRIED = {"LOOKALIKE_SERVER__REQUESTS_PER_S": "100000"}  # tests ask more often than people do
LEAN = Path(__file__).with_name("lean")
ENDED = ("completed", "failed", "cancelled")


class Service:
    """A running service and the customer `acme` of it."""

    def __init__(self, home: Path, url: str, process: subprocess.Popen[str], token: str | None = None) -> None:
        self.home, self.url, self.process = home, url, process
        self.acme = token or self.token("acme")
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {self.acme}"}, timeout=60)

    def stop(self) -> None:
        """Told to stop, unless it is dead, and waited for."""
        self.http.close()
        self.process.terminate()
        self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def token(self, customer: str) -> str:
        command = [sys.executable, "-m", "lookalike", "token", "--home", str(self.home), "--customer", customer]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def bucket(self, name: str) -> Path:
        folder = self.home / "buckets" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def submit(self, **changes: Any) -> str:
        answer = self.http.post("/api/v2/jobs", json=request(**changes))
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def job(self, job_id: str) -> dict[str, Any]:
        return self.http.get(f"/api/v2/jobs/{job_id}").json()

    def act(self, job_id: str, action: str) -> httpx.Response:
        return self.http.post(f"/api/v2/jobs/{job_id}/{action}")

    def watch(self, job_id: str, until: Any = None, patience_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """Every status seen until `until` holds, or until the end, which is looked for less often."""
        seen, deadline = [self.job(job_id)], time.monotonic() + patience_s
        nap_s = 0.02 if until else 0.1
        while not (until(seen[-1]) if until else seen[-1]["status"] in ENDED):
            assert time.monotonic() < deadline, seen[-1]
            assert seen[-1]["status"] not in ENDED, seen[-1]
            time.sleep(nap_s)
            seen.append(self.job(job_id))
        return seen

    def run(self, **changes: Any) -> dict[str, Any]:
        """The last status of a job."""
        return self.watch(self.submit(**changes))[-1]

    def processes(self, word: str) -> list[psutil.Process]:
        """The service's descendants with that word on their command line, but for those that are only kept ready."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in family if word in _words(process) and not kept_ready(process)]

    def names(self) -> list[str]:
        """What the service's descendants are called; who does a job is called by its id."""
        return [_name(process) for process in psutil.Process(self.process.pid).children(recursive=True)]

    def kill_job(self, job_id: str) -> None:
        """kill -9 of the child that does this job."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        [child] = [process for process in family if _name(process) == f"job-{job_id}"[:15]]
        child.kill()


def kept_ready(process: psutil.Process) -> bool:
    """Whether it is of a group that was started ahead and has no job yet."""
    try:
        family = [process, *process.children()]
    except psutil.NoSuchProcess:
        return False
    return any("ahead" in _words(each) and not _name(each).startswith("job-") for each in family)


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def request(**changes: Any) -> dict[str, Any]:
    """The body of a create."""
    body = {
        "data_type": "tabular",
        "data_size": 1_000,
        "input_format": "csv",
        "output_format": "parquet",
        "input_bucket": "in",
        "output_bucket": "out",
        "input_path": "adult.csv",
        "output_path": "adult.parquet",
        "project_id": "tests",
        "parameters": {"seed": 7},
    }
    return {**body, **changes}


def stage(job: dict[str, Any], name: str) -> dict[str, Any]:
    return next(s for s in job["stages"] if s["name"] == name)


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Service]:
    """A service in `home`; `settings` are environment variables without their prefix."""
    service = start(home, as_environment(settings))
    try:
        yield service
    finally:
        service.stop()


def as_environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"LOOKALIKE_{name}": value for name, value in settings.items()}


def start(home: Path, env: Mapping[str, str], token: str | None = None) -> Service:
    """A service in `home`, ready; `env` is added to ours."""
    process = launch(home, ["serve", "--home", str(home), "--port", "0"], env)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url, f"the service did not start: {log_of(home).read_text()}"
    return Service(home, url, process, token)


def launch(home: Path, words: list[str], env: Mapping[str, str]) -> subprocess.Popen[str]:
    """A command that stays, its log beside `home`."""
    all_env = {**os.environ, **HURRIED, **env}
    path = os.pathsep.join(filter(None, [all_env.get("PYTHONPATH"), str(LEAN)]))
    with log_of(home).open("a") as log:
        command = [sys.executable, "-m", "lookalike", *words]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**all_env, "PYTHONPATH": path}
        )


def log_of(home: Path) -> Path:
    return home.parent / f"{home.name}.log"


def manifest(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))
