"""The storm itself: jobs come, and things happen to them and to those who run them."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chaos.child import STAND_IN
from chaos.fleet import Fleet
from chaos.jobs import TABLE, Asked, digest, make
from lookalike.audit import By
from lookalike.errors import ActionRefused, JobNotFound
from lookalike.jobs import Limits
from lookalike.jobs.job import Job
from lookalike.jobs.states import ENDED, JobStatus
from lookalike.ledger.jobs import SqlJobStore

LIMITS = Limits(running_per_customer=4, queued_per_customer=1000)
LIVE_JOBS = 12  # kept in flight
TABLE_EVERY = 8  # one of so many jobs is a real one
GAP_S = 0.45  # on average between two faults
PATIENCE = 4
CALM_S = 90.0  # by then all must have ended once the storm is over
PAUSED_S = (0.2, 1.5)
FROZEN_LEASES = (0.3, 1.8)  # for so long in leases is a supervisor frozen: some outlive it, some do not
BY = By("chaos", "chaos", "storm")
RARELY = 0.3  # after everything was killed all begin anew, which is a fault of its own


@dataclass
class Storm:
    """
    What was submitted, and what was done.

    Attributes:
        faults: How many of each kind took effect.
        tables: SHA-256 of the table that nothing happened to.
    """

    store: SqlJobStore
    fleet: Fleet
    lease_s: float
    jobs: dict[str, Asked] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    table: str = ""
    _resume_at: dict[str, float] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)

    def blow(self, seconds: float, n_jobs: int, n_faults: int) -> None:
        """
        Faults for so long, then calm until every job has ended.

        On a slow machine it lasts longer, until there were so many jobs and faults: at most `PATIENCE` times as long.
        """
        self._undisturbed()
        begun = next_fault = time.monotonic()

        def over() -> bool:
            lasted = time.monotonic() - begun
            enough = len(self.jobs) >= n_jobs and self.faults.total() >= n_faults
            return lasted >= seconds and (enough or lasted >= PATIENCE * seconds)

        while not over():
            self.fleet.tend()
            self._submit()
            self._resume(time.monotonic())
            if time.monotonic() >= next_fault:
                self._fault()
                next_fault = time.monotonic() + random.expovariate(1 / GAP_S)
            time.sleep(0.05)
        self._calm()

    def _undisturbed(self) -> None:
        asked = self._new(TABLE)
        self.fleet.tend()
        self._until(lambda: self._job(asked.new.job_id).status in ENDED)
        self.table = digest(self.fleet.settings.home / "buckets" / "out" / asked.path)

    def _calm(self) -> None:
        def over() -> bool:
            self.fleet.tend()
            self._resume(float("inf"))
            return not self._live()

        self._until(over)

    def _until(self, what: Callable[[], bool]) -> None:
        end = time.monotonic() + CALM_S
        while not what() and time.monotonic() < end:
            time.sleep(0.1)

    def _job(self, job_id: str) -> Job:
        job = self.store.get(job_id)
        if job is None:
            raise JobNotFound(f"The job {job_id} is gone.")
        return job

    def _live(self) -> list[Job]:
        """Jobs that have not ended; those that had are not asked for again."""
        jobs = [self._job(job_id) for job_id in self.jobs if job_id not in self._over]
        self._over.update(job.job_id for job in jobs if job.status in ENDED)
        return [job for job in jobs if job.status not in ENDED]

    def _submit(self) -> None:
        if len(self._live()) < LIVE_JOBS:
            self._new(TABLE if len(self.jobs) % TABLE_EVERY == 0 else STAND_IN)

    def _new(self, kind: str) -> Asked:
        asked = make(kind)
        self.store.submit(asked.new, LIMITS, None, BY)
        self.jobs[asked.new.job_id] = asked
        return asked

    def _fault(self) -> None:
        kind = random.choice(list(FAULTS))
        if FAULTS[kind](self):
            self.faults[kind] += 1

    def _ask(self, verb: Callable[[str, By], Job], job: Job) -> bool:
        try:
            return verb(job.job_id, replace(BY, customer_id=job.customer_id)).status is not job.status
        except ActionRefused:
            return False

    def cancel(self) -> bool:
        """Cancel a job that has not ended."""
        job = self._victim()
        return job is not None and self._ask(self.store.cancel, job)

    def pause(self) -> bool:
        """Pause a job; it is resumed a little later."""
        job = self._victim()
        if job is None or not self._ask(self.store.pause, job):
            return False
        self._resume_at[job.job_id] = time.monotonic() + random.uniform(*PAUSED_S)
        return True

    def _victim(self) -> Job | None:
        """A job that runs, if one does, else one that waits."""
        live = [job for job in self._live() if job.status is not JobStatus.PAUSED]
        running = [job for job in live if job.status is JobStatus.RUNNING]
        return random.choice(running or live) if live else None

    def _resume(self, now: float) -> None:
        for job_id in [job_id for job_id, at in self._resume_at.items() if at <= now]:
            del self._resume_at[job_id]
            self.faults["resume"] += self._ask(self.store.resume, self._job(job_id))


FAULTS: dict[str, Callable[[Storm], bool]] = {
    "kill a child": lambda storm: storm.fleet.kill_in_group("chaos.child"),
    "kill a guard": lambda storm: storm.fleet.kill_in_group("lookalike guard"),
    "kill a supervisor": lambda storm: storm.fleet.kill(),
    "kill everything": lambda storm: random.random() < RARELY and storm.fleet.kill_all(),
    "freeze a supervisor": lambda storm: storm.fleet.freeze(random.uniform(*FROZEN_LEASES) * storm.lease_s),
    "drain a supervisor": lambda storm: storm.fleet.drain(),
    "pause": Storm.pause,
    "cancel": Storm.cancel,
}
