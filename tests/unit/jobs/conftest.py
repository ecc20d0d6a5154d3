import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from lookalike.clock import SystemClock
from lookalike.jobs import Limits, janitor
from lookalike.jobs.group import Command
from lookalike.jobs.job import NewJob
from lookalike.jobs.observer import Logbook
from lookalike.jobs.spares import Spares
from lookalike.jobs.supervisor import Supervisor
from lookalike.ledger.database import open_engine, upgrade
from lookalike.ledger.jobs import SqlJobStore
from lookalike.settings import Jobs
from somebody import SOMEBODY

ROOM = Path(__file__).parent
GUARD = (sys.executable, "-c", "import sys; from lookalike.jobs.guard import main; sys.exit(main())")
CHILD = (sys.executable, str(ROOM / "child.py"))
SETTINGS = {"lease_s": 2, "beat_s": 0.1}
PATIENCE_S = 20
SWEEP_S = 0.5  # of its janitor


def wait_for(what, patience_s=PATIENCE_S):
    """The first true value of `what()`; fails when it takes too long."""
    end = time.monotonic() + patience_s
    while not (value := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return value


def live(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Service:
    """A database, supervisors on it, and the jobs they run."""

    def __init__(self, folder, url):
        self.url = url
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.engine = open_engine(self.url)
        upgrade(self.engine)
        self.store = SqlJobStore(self.engine, timedelta(days=30))
        self.tidied, self.forgotten = [], []
        self.stops = []

    def submit(self, *steps, timeout_s=600, **work):
        job = NewJob(
            job_id=str(uuid.uuid4()),
            customer_id="ada",
            project_id="p",
            configuration={"output_location": {"bucket": "out", "path": str(uuid.uuid4())}},
            work={"steps": steps, **work},
            timeout_s=timeout_s,
            resume_window_s=600,
        )
        return self.store.submit(job, Limits(4, 100), None, SOMEBODY).job_id

    @property
    def env(self):
        return {"PYTHONPATH": os.pathsep.join(sys.path), "MARK": str(self.folder), "TMPDIR": str(self.temporary)}

    def supervise(self, payload=None, store=None, tidy=None, command=None, ahead=None, observer=None, **settings):
        """A supervisor in a thread; gives a function that stops it and waits."""
        command = command or Command(guard=GUARD, child=CHILD, env=self.env)
        ahead = ahead and Command(guard=GUARD, child=[*CHILD, ahead], env=command.env)
        supervisor = Supervisor(
            store=store or self.store,
            clock=SystemClock(),
            settings=Jobs(**{**SETTINGS, **settings}),
            owner=str(uuid.uuid4()),
            groups=Spares(command, ahead, SystemClock()),
            payload=payload or (lambda job: job.work),
            tidy=tidy or (lambda job: self.tidied.append(job.job_id)),
            forget=self.forgotten.append,
            observer=observer or Logbook(),
        )
        stop = threading.Event()
        thread = threading.Thread(target=supervisor.run, args=[stop])
        thread.start()

        def end():
            stop.set()
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

        self.stops.append(end)
        return end

    def supervise_apart(self, owner="apart", faults=None, **settings):
        """A supervisor in a process of its own; what may be wrong with it says `supervise.py`."""
        told = [json.dumps({**SETTINGS, **settings}), json.dumps(faults or {})]
        process = subprocess.Popen([sys.executable, str(ROOM / "supervise.py"), self.url, owner, *told], env=self.env)

        def end():
            process.kill()
            process.wait()

        self.stops.append(end)
        return process

    def freeze(self, process):
        """Stop a process, though not just while it writes to SQLite: then all others would wait with it."""
        while True:
            os.kill(process.pid, signal.SIGSTOP)
            wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
            if self._writable():
                return
            os.kill(process.pid, signal.SIGCONT)
            time.sleep(0.01)

    def _writable(self):
        if self.engine.dialect.name != "sqlite":
            return True
        connection = sqlite3.connect(self.engine.url.database, timeout=0.2, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def job(self, job_id):
        return self.store.get(job_id)

    def reaches(self, job_id, *statuses):
        return wait_for(lambda: (job := self.job(job_id)).status in statuses and job)

    def processes(self):
        """Live guards, children and grandchildren of this service: they carry its mark in their environment."""
        return [process for process in psutil.process_iter() if self._marked(process)]

    def guards(self):
        """Live guards; a child that is still its guard's copy, not yet a program of its own, is none."""
        found = [process for process in self.processes() if "jobs.guard" in " ".join(process.cmdline())]
        pids = {process.pid for process in found}
        return [process for process in found if process.ppid() not in pids]

    def n_running(self, n):
        """Those processes of jobs that live, once they are so many."""
        return wait_for(lambda: len(found := self.processes()) == n and (found,))[0]

    def events(self, job_id):
        query = sa.text("SELECT type FROM events WHERE job_id = :job_id ORDER BY sequence")
        with self.engine.connect() as connection:
            return list(connection.execute(query, {"job_id": job_id}).scalars())

    def _marked(self, process):
        try:
            ours = process.environ().get("MARK") == str(self.folder) and process.status() != psutil.STATUS_ZOMBIE
            return ours and "supervise.py" not in " ".join(process.cmdline())
        except psutil.Error:
            return False

    def close(self):
        for end in self.stops:
            end()
        self.engine.dispose()


@pytest.fixture
def service(tmp_path, database_url, monkeypatch):
    """A service whose supervisors are stopped afterwards; no process of its jobs may be left."""
    monkeypatch.setattr(janitor, "SWEEP_S", SWEEP_S)
    service = Service(tmp_path, database_url)
    yield service
    service.close()
    service.n_running(0)


@pytest.fixture
def waiting():
    return wait_for


@pytest.fixture
def is_live():
    return live


@pytest.fixture
def child_argv():
    return CHILD


@pytest.fixture
def guard_argv():
    return GUARD
