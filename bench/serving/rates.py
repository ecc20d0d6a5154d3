"""Jobs a second: of tiny real jobs, and of stand-ins that do nothing, which leaves what running a job costs."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos.child import STAND_IN
from chaos.databases import KINDS
from chaos.fleet import Fleet
from chaos.jobs import lay_out, make

from bench.serving.service import PATIENCE_S, TITLES, NotMeasured, serving
from bench.serving.submissions import BY, submission
from lookalike.jobs import Limits
from lookalike.jobs.states import JobStatus
from lookalike.ledger.database import open_engine, prepare
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.standing import standing
from lookalike.settings import Settings

N_ROWS, N_REAL, N_STAND_INS = 200, 20, 40
SLOTS = (1, 2)
POLL_S = 0.1
LIMITS = Limits(running_per_customer=100, queued_per_customer=10_000)


@dataclass(frozen=True)
class Rate:
    """How many jobs were done in how long."""

    database: str
    jobs: str
    slots: int
    n_jobs: int
    seconds: float


def measured(kind: str) -> list[Rate]:
    """Both sorts, with as many slots as by default, then with more."""
    return [run(kind, slots) for run in (_real, _stand_ins) for slots in SLOTS]


def _real(kind: str, slots: int) -> Rate:
    """The packaged sample, few rows, not evaluated; submitted at once to an idle service."""
    with serving(kind, JOBS__SLOTS=str(slots)) as service:
        service.until_ready()
        begun = time.perf_counter()
        for number in range(N_REAL):
            service.submit(submission(f"{number}.csv", N_ROWS, evaluate=False))
        _until(lambda: service.n_jobs("completed") == N_REAL)
        return Rate(TITLES[kind], "tiny", slots, N_REAL, time.perf_counter() - begun)


def _stand_ins(kind: str, slots: int) -> Rate:
    """A supervisor whose jobs' processes only say what a job's say, and write its files."""
    with TemporaryDirectory(prefix="bench") as folder, KINDS[kind](Path(folder)) as url:
        settings = Settings.model_validate({"home": folder, "database": url, "jobs": {"slots": slots}})
        lay_out(settings.home)
        engine = open_engine(url)
        prepare(engine)
        store = SqlJobStore(engine, timedelta(days=30))
        try:
            with closing(Fleet(settings, 1, "")) as fleet:
                fleet.tend()
                _until(lambda: standing(engine, PATIENCE_S).live_workers == 1)
                return Rate(TITLES[kind], "stand-in", slots, N_STAND_INS, _seconds(store))
        finally:
            engine.dispose()


def _seconds(store: SqlJobStore) -> float:
    begun = time.perf_counter()
    new = [make(STAND_IN, block_s=0, stage_s=0).new for _ in range(N_STAND_INS)]
    for job in new:
        store.submit(job, LIMITS, None, BY)
    left = {job.job_id for job in new}

    def over() -> bool:
        left.difference_update([job_id for job_id in left if _completed(store, job_id)])
        return not left

    _until(over)
    return time.perf_counter() - begun


def _completed(store: SqlJobStore, job_id: str) -> bool:
    job = store.get(job_id)
    return job is not None and job.status is JobStatus.COMPLETED


def _until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > end:
            raise NotMeasured("jobs took too long")
        time.sleep(POLL_S)
