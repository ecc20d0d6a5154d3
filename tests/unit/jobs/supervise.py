"""
A supervisor as a process of its own, to be stopped, killed and terminated. Not a test.

`faults` say what is wrong with it: ``skew_s`` sets this machine's clock off; ``clock_file`` names a file with seconds
by which the database's clock is off; ``unguarded``, ``unfenced``, ``unwatched`` take a safety away.
"""

import json
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from lookalike.clock import SystemClock
from lookalike.jobs import supervisor
from lookalike.jobs.group import Command
from lookalike.jobs.spares import Spares
from lookalike.ledger import database
from lookalike.ledger.jobs import SqlJobStore
from lookalike.settings import Jobs

ROOM = Path(__file__).parent
GUARD = (sys.executable, "-c", "import sys; from lookalike.jobs.guard import main; sys.exit(main())")
TOOTHLESS = (sys.executable, str(ROOM / "toothless.py"))
CHILD = (sys.executable, str(ROOM / "child.py"))


class Skewed(SystemClock):
    def __init__(self, seconds):
        self.off = timedelta(seconds=seconds)

    def now(self):
        return super().now() + self.off


class Unfenced(SqlJobStore):
    """A store that takes every supervisor's word, whoever has the job meanwhile."""

    def _tell(self, job, told, move):
        current = self.get(job.job_id)
        return super()._tell(job if current is None else current, told, move) or True


def main(url, owner, settings, faults):
    faults = json.loads(faults)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())

    def now(connection):
        off = Path(faults["clock_file"]).read_text() if "clock_file" in faults else "0"
        return database.now(connection) + timedelta(seconds=float(off or 0))

    if faults.get("unwatched"):
        supervisor.WATCHED_BEATS = 0
    kind = Unfenced if faults.get("unfenced") else SqlJobStore
    store = kind(database.open_engine(url), timedelta(days=30), now)
    clock, jobs = Skewed(faults.get("skew_s", 0)), Jobs(**json.loads(settings))
    command = Command(TOOTHLESS if faults.get("unguarded") else GUARD, CHILD, dict(os.environ))
    supervisor.Supervisor(
        store=store,
        clock=clock,
        settings=jobs,
        owner=owner,
        groups=Spares(command, None, clock),
        payload=lambda job: job.work,
        tidy=lambda job: None,
        forget=lambda job_id: None,
    ).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
