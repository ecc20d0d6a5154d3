"""A supervisor of the storm as a process: a real worker, but for what its jobs run and the safety taken from it."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from lookalike.jobs import Beat
from lookalike.jobs.group import Command
from lookalike.jobs.job import Job
from lookalike.jobs.spares import Spares
from lookalike.jobs.supervisor import Supervisor
from lookalike.ledger.database import open_engine
from lookalike.ledger.jobs import SqlJobStore
from lookalike.pipeline import housekeeping
from lookalike.settings import Settings
from lookalike.wiring.parts import Parts, database_url, open_parts
from lookalike.wiring.worker import payload

GUARD = (sys.executable, "-m", "lookalike", "guard")
CHILD = (sys.executable, "-m", "chaos.child")


class Unfenced(SqlJobStore):
    """A store that takes every supervisor's word, whoever has the job meanwhile."""

    def _tell(self, job: Job, told: Beat, move: Callable[..., Job]) -> bool:
        current = self.get(job.job_id)
        return super()._tell(current or job, told, move) or True


def main(settings: str, owner: str, without: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    parts = open_parts(Settings.model_validate_json(settings), {})
    store = parts.store
    if without == "fence":
        store = Unfenced(open_engine(database_url(parts.settings)), timedelta(days=parts.settings.jobs.retention_days))
    supervisor(parts, store, owner).run(stop)


def supervisor(parts: Parts, store: SqlJobStore, owner: str) -> Supervisor:
    def told(job: Job) -> Mapping[str, Any]:
        return {**payload(job, parts, os.environ), "epoch": job.epoch}

    def tidy(job: Job) -> None:
        housekeeping.tidy(job.job_id, parts.buckets["out"], parts.work_bucket, keep=True)

    return Supervisor(
        store=store,
        clock=parts.clock,
        settings=parts.settings.jobs,
        owner=owner,
        groups=Spares(Command(GUARD, CHILD, dict(os.environ)), None, parts.clock),
        payload=told,
        tidy=tidy,
        forget=parts.forget,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
