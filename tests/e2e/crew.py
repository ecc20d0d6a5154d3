"""One home, its database, and the processes that serve it: they may be killed, frozen, told to stop, and replaced."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from halts import Halts
from service import ENDED, as_environment, digest, launch, start

from lookalike import samples
from lookalike.jobs.states import MOVES, JobStatus
from lookalike.ledger import tables
from lookalike.ledger.database import open_engine

PATIENCE_S = 60
LEASE_S = 2.0
ROWS = 3_000
KEPT = {
    "model.lookalike",
    "told.json",
    "report.json",
    "report.html",
    "manifest.json",
}  # of artefacts, until a job expires


class Crew:
    """
    A service that may be replaced, workers beside it, and the halts of their children.

    Attributes:
        service: The one that serves now.
    """

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self.home, self.halts = folder / "home", Halts(folder / "halts")
        settings = {"DATABASE": database_url, "JOBS__LEASE_S": str(LEASE_S), "JOBS__BEAT_S": "0.2"}
        self._env = {**as_environment(settings), **self.halts.env, **environment}
        self._engine = open_engine(database_url)
        self._workers: list[subprocess.Popen[str]] = []
        for name in ("in", "out"):
            (self.home / "buckets" / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(samples.path("adult.csv"), self.home / "buckets" / "in")
        self.service = start(self.home, self._env)

    def serve(self) -> None:
        """Another service in place of the one that is dead."""
        self.service.stop()
        self.service = start(self.home, self._env, self.service.acme)

    def hire(self) -> subprocess.Popen[str]:
        """A worker beside the service."""
        worker = launch(self.home, ["worker", "--home", str(self.home)], self._env)
        assert worker.stdout is not None
        worker.stdout.close()
        self._workers.append(worker)
        return worker

    def dismiss(self) -> None:
        """Tell all workers to stop."""
        for worker in self._workers:
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
        for worker in self._workers:
            worker.wait(30)
        self._workers.clear()

    def close(self) -> None:
        """Tell all to stop; nothing of them may be left."""
        self.dismiss()
        self.service.stop()
        self._engine.dispose()

        wait(lambda: not self.processes())

    def processes(self, word: str = "lookalike") -> list[psutil.Process]:
        """Live processes of this home, orphans too, with that word on their command line."""
        return [process for process in psutil.process_iter() if self._owns(process, word)]

    def submit(self, output_path: str, **changes: Any) -> str:
        """A job that writes three parts under `output_path`, with a report."""
        parameters = {"seed": 7, "part_rows": ROWS // 3, **changes.pop("parameters", {})}
        return self.service.submit(**{"data_size": ROWS, **changes}, parameters=parameters, output_path=output_path)

    def end(self, job_id: str) -> dict[str, Any]:
        """The job once it has ended."""
        return self.service.watch(job_id)[-1]

    def output(self, output_path: str) -> dict[str, str]:
        """Names and SHA-256 of the parts that stand under an output path, and the other names there."""
        found = sorted((self.home / "buckets" / "out" / output_path).rglob("*"))
        return {path.name: digest(path) if path.name.startswith("part-") else "" for path in found}

    def row(self, job_id: str) -> tuple[str, int]:
        """Status and retry count, from the database itself."""
        query = sa.select(tables.jobs.c.status, tables.jobs.c.retry_count).where(tables.jobs.c.job_id == job_id)
        with self._engine.connect() as connection:
            status, retry_count = connection.execute(query).one()
        return status, retry_count

    def statuses(self, job_id: str) -> list[str]:
        """The status in each event of a job, in order."""
        query = sa.select(tables.events.c.data).where(tables.events.c.job_id == job_id)
        with self._engine.connect() as connection:
            events = list(connection.execute(query.order_by(tables.events.c.sequence)).scalars())
        assert list(range(1, len(events) + 1)) == [event["sequence"] for event in events]
        return [event["status"] for event in events]

    def litter(self, job_id: str) -> list[str]:
        """What a job left lying about: staged parts, checkpoints, pieces of files."""
        staged = names(self.home / "buckets" / "out" / ".lookalike" / job_id)
        made = (name for name in names(self.home / "work" / "jobs" / job_id) if name not in KEPT)
        pieces = (name for name in names(self.home) if name.endswith(".partial") or "#" in name)
        return [*staged, *made, *pieces]

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While in here the service's only slot is taken, so that workers take what is submitted; then they go."""
        path = f"busy-{time.monotonic_ns()}"
        self.halts.plan(path, ("ingest", 0))
        job_id = self.submit(path)
        self.halts.reach(path)
        try:
            yield
        finally:
            self.dismiss()
            self.service.act(job_id, "cancel")

    def locked(self, job_id: str) -> bool:
        """Whether a transaction is under way that others who change the job, or on SQLite anything, must wait for."""
        look = sa.select(tables.jobs.c.job_id).where(tables.jobs.c.job_id == job_id).with_for_update(nowait=True)
        try:
            if self._engine.dialect.name == "sqlite":
                with closing(sqlite3.connect(self._engine.url.database or "", timeout=0)) as connection:
                    connection.execute("BEGIN IMMEDIATE")
            else:
                with self._engine.connect() as connection:
                    connection.execute(look)
        except (sqlite3.OperationalError, sa.exc.OperationalError):
            return True
        return False

    def _owns(self, process: psutil.Process, word: str) -> bool:
        try:
            own = process.environ().get("PYTHONPATH", "").startswith(self.halts.env["PYTHONPATH"])
            return own and word in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@contextmanager
def gathered(folder: Path, database_url: str, **environment: str) -> Iterator[Crew]:
    """A crew; at the end all of it is told to stop."""
    crew = Crew(folder, database_url, **environment)
    try:
        yield crew
    finally:
        crew.close()


def names(folder: Path) -> Iterator[str]:
    """Names of all below a folder; what goes away meanwhile is passed over."""
    for _, folders, files in os.walk(folder):
        yield from (*folders, *files)


def went_well(crew: Crew, job_id: str, path: str, undisturbed: dict[str, str], retry_count: int = 0) -> None:
    """Asserts that a job completed with the bytes of the undisturbed one, by legal moves, and left nothing about."""
    job = crew.end(job_id)
    wait(lambda: not crew.litter(job_id))

    assert ("completed", retry_count) == (job["status"], job["metadata"]["retry_count"]), job
    assert undisturbed == crew.output(path)
    assert not crew.halts.crowded(path)
    assert legal(crew.statuses(job_id))


def legal(statuses: list[str]) -> bool:
    """Whether a sequence of statuses makes only moves that there are, and ends once."""
    moves = [(JobStatus(old), JobStatus(new)) for old, new in pairwise(statuses) if old != new]
    return all(new in MOVES[old] for old, new in moves) and sum(status in ENDED for status in statuses) <= 1


def kill(*processes: psutil.Process) -> None:
    """kill -9, one right after the other; returns once all are dead."""
    assert processes
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
    await_death(*processes)


def await_death(*processes: psutil.Process) -> None:
    """Returns once none of them lives."""
    wait(lambda: not any(lives(process.pid) for process in processes))


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    return [process, *process.children(recursive=True)]


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait(until: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Returns once it holds."""
    deadline = time.monotonic() + patience_s
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)
