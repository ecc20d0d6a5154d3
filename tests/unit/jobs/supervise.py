"""A supervisor as a process of its own, to be stopped, killed and terminated. Not a test."""

import json
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from lookalike.clock import SystemClock
from lookalike.jobs.group import Start
from lookalike.jobs.supervisor import Supervisor
from lookalike.ledger.database import open_engine
from lookalike.ledger.jobs import SqlJobStore
from lookalike.settings import Jobs

GUARD = (sys.executable, "-c", "import sys; from lookalike.jobs.guard import main; sys.exit(main())")
CHILD = (sys.executable, str(Path(__file__).with_name("child.py")))


def launch(job):
    return Start(guard=GUARD, child=CHILD, env=dict(os.environ), payload=job.work)


def main(url, owner, settings):
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    store = SqlJobStore(open_engine(url), timedelta(days=30))
    jobs = Jobs(**json.loads(settings))
    Supervisor(store, SystemClock(), jobs, owner, launch, lambda job: None, lambda job_id: None).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
