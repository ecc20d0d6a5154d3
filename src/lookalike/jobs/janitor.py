"""The janitor: cancels what nobody resumed, tidies up after ended jobs, forgets expired ones; in its own thread."""

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lookalike.clock import Clock
from lookalike.errors import outline
from lookalike.jobs import JobStore
from lookalike.jobs.job import Job
from lookalike.jobs.observer import about
from lookalike.jobs.states import ENDED

SWEEP_S = 5.0
LEAVE_S = 2.0  # how long a stop waits for a tidying under way; another round, or another janitor, does it again

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Janitor:
    """
    Deleting in a bucket may take minutes; a supervisor that waited for it would lose its leases.

    Attributes:
        tidy: Deletes what an ended job no longer needs: staged parts, checkpoints. May be called twice.
        forget: Deletes all that is kept of an expired job. May be called twice.
        patience_s: For so long litter is only looked at: the database's clock, by which the last attempt at the job is
            dead, may have been set; several beats of its supervisor, who would see to it.
    """

    store: JobStore
    clock: Clock
    tidy: Callable[[Job], None]
    forget: Callable[[str], None]
    patience_s: float
    _known: dict[str, float] = field(default_factory=dict)  # job ids of litter, and since when
    _dead: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)

    def start(self) -> threading.Thread:
        """The running thread; it ends after `stop`."""
        thread = threading.Thread(target=self._run, name="janitor", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End after what is under way."""
        self._dead.put(None)

    def attempt_over(self, job: Job) -> None:
        """No process of this attempt lives any more: if that was the job's end, tidy up without waiting."""
        self._dead.put(job)

    def _run(self) -> None:
        next_sweep = self.clock.monotonic()
        while True:
            if self.clock.monotonic() >= next_sweep:
                self._safely({}, self.sweep)
                next_sweep = self.clock.monotonic() + SWEEP_S
            try:
                job = self._dead.get(timeout=max(0.0, next_sweep - self.clock.monotonic()))
            except queue.Empty:
                continue
            if job is None:
                return
            self._safely(about(job), self._after, job)

    def sweep(self) -> None:
        """One round over everything."""
        for job_id in self.store.sweep():
            self._safely({"job_id": job_id}, self._forget, job_id)
        now, littered = self.clock.monotonic(), self.store.littered()
        known = {job.job_id: self._known.get(job.job_id, now) for job in littered}
        self._known.clear()
        self._known.update(known)
        for job in littered:
            if now - known[job.job_id] >= self.patience_s:
                self._safely(about(job), self._tidy, job)

    def _after(self, attempt: Job) -> None:
        job = self.store.get(attempt.job_id)
        if job is not None and job.status in ENDED and job.epoch == attempt.epoch and job.litter:
            self._tidy(job)

    def _tidy(self, job: Job) -> None:
        self.tidy(job)
        self.store.tidied(job)
        log.info("tidied up", extra=about(job))

    def _forget(self, job_id: str) -> None:
        self.forget(job_id)
        self.store.forgotten(job_id)
        log.info("forgotten", extra={"job_id": job_id})

    def _safely(self, concerning: Mapping[str, str | int], do: Callable[..., object], *args: object) -> None:
        try:
            do(*args)
        except Exception as error:
            log.warning("tidying failed and will be tried again", extra={**concerning, **outline(error)})
