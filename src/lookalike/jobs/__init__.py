"""
The life of a job: its states and moves, the lease that says whose it is, the supervisor and the guard that run it.

The job row is the lease. A supervisor claims a row (owner, lease end, epoch + 1) and every write it makes afterwards
says ``WHERE job_id AND epoch AND status = running``; no row touched means the job is no longer its own. `JobStore` is
what this room needs of a database; `ledger` implements it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from lookalike.audit import By
from lookalike.jobs.job import Job, NewJob, Stage
from lookalike.jobs.states import JobStatus


@dataclass(frozen=True)
class Limits:
    """What a customer may have at once."""

    running_per_customer: int
    queued_per_customer: int


@dataclass(frozen=True)
class Idempotency:
    """A caller's key and the digest of the body it came with; good for 24 h per customer."""

    key: str
    body_sha256: str


@dataclass(frozen=True)
class Query:
    """
    What to list: one customer's jobs, of all projects or of some, newest first by submission; times inclusive.

    Attributes:
        search: Only jobs whose id begins so, whose project is called so, or whose output path has that in it.
    """

    customer_id: str
    projects: frozenset[str] | None = None
    status: JobStatus | None = None
    start: datetime | None = None
    end: datetime | None = None
    search: str = ""
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Event:
    """Something that happened to a job; `data` is the job as it was then, as `view` shows it, with the `sequence`."""

    event_id: str
    type: str
    sequence: int
    created_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Beat:
    """
    What a supervisor tells of its job at a beat; None leaves a field as it is.

    Attributes:
        running_s: Seconds of running over all attempts; less than what is stored already leaves that.
    """

    running_s: float = 0.0
    progress: int | None = None
    stages: Sequence[Stage] | None = None
    work: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Lease:
    """A running job as its supervisor last renewed it: whoever renews it makes another of it."""

    job_id: str
    epoch: int
    beat_at: datetime | None


@dataclass(frozen=True)
class Backlog:
    """State of the pipeline for health: supervisors seen lately, age of the oldest beat among them, jobs waiting."""

    live_workers: int
    oldest_beat_s: float | None
    waiting: int
    running: int


class JobStore(Protocol):
    """
    What the rooms need of the database. Each method is one transaction; the time of a change is the database's.

    Every move is a compare-and-set against `states.MOVES`; the event that tells of it is written in the same
    transaction, and so is the entry of the audit trail that tells who asked for it: an entry for each change, none for
    what was refused, done before, or done by the service itself.
    """

    # ── for those who ask ──

    def submit(self, new: NewJob, limits: Limits, idempotency: Idempotency | None, by: By) -> Job:
        """
        Store a job as `initialized`; with a known idempotency key, the job of the first answer instead.

        Raises:
            QuotaExceeded: the customer has `queued_per_customer` waiting jobs (initialized, queued, paused) already.
            ValidationError: a live job of any customer names this output path, or one inside which or around which it
                lies; or the idempotency key came with another body.
        """

    def get(self, job_id: str) -> Job | None:
        """The job, whoever owns it; None if there is none. Ownership is judged by the caller."""

    def find(self, query: Query) -> tuple[list[Job], int]:
        """One page of a customer's jobs, and how many match in all."""

    def lenders(self, query: Query) -> tuple[list[Job], int]:
        """As `find`, of the completed jobs that learnt a model which has not expired; `query.status` is not asked."""

    def events(self, job_id: str, after: int, limit: int) -> list[Event]:
        """The job's events of a higher sequence than `after`, in order, at most so many."""

    def cancel(self, job_id: str, by: By | None) -> Job:
        """
        Move to `cancelled`; a job already cancelled is returned as it is.

        Args:
            by: None if nobody of the customer's asks: everything of the customer is being erased.

        Raises:
            ActionRefused: ``CANCEL_FAILED``, completed or failed, or already being published.
        """

    def pause(self, job_id: str, by: By) -> Job:
        """Move to `paused` and set the resume deadline; ``PAUSE_FAILED`` as in `cancel`; already paused is returned."""

    def resume(self, job_id: str, by: By) -> Job:
        """Move from `paused` to `queued`; ``RESUME_FAILED`` if not paused, or after the resume deadline."""

    def dismiss(self, job_id: str, by: By | None) -> Job:
        """
        Let an ended job expire now, if it has not yet; ``DELETE_FAILED`` if it has not ended. The next sweep takes it
        away. `by` as in `cancel`.
        """

    # ── for supervisors ──

    def admit(self, limits: Limits) -> int:
        """Move `initialized` jobs to `queued`, oldest first, while a customer has fewer than its running limit."""

    def claim(self, owner: str, lease_s: float, limits: Limits) -> Job | None:
        """
        Take the queued job whose turn it is: `running`, epoch + 1, leased for lease_s.

        None if there is none, or if another claim has just used up its customer's running limit. A job whose former
        attempt may still be dying waits until the end of that lease, or of `attempt_over`.
        """

    def beat(self, job: Job, told: Beat, lease_s: float) -> bool:
        """Renew the lease and store what is told; False if the job is no longer the supervisor's."""

    def begin_publishing(self, job: Job) -> bool:
        """Set `publishing`; False if the job is no longer the supervisor's."""

    def finish(self, job: Job, status: JobStatus, error: tuple[str, str] | None, told: Beat) -> bool:
        """End as completed or failed: progress 100 or frozen, open stages failed and skipped, expiry set."""

    def hold(self, job: Job, reason: str, told: Beat) -> bool:
        """
        Pause the job because it cannot go on now; `reason` is shown. Its resume window is 24 h at least.

        Once publishing has begun the job goes through instead: it is queued again, behind others, until the same time
        is over; then it fails with ``STORAGE_FAILED``.
        """

    def release(self, job: Job, told: Beat) -> bool:
        """Give the job back to `queued` with its checkpoint; spends no retry (drain)."""

    def crash(self, job: Job, told: Beat, max_restarts: int) -> bool:
        """As `recover` does after the lease, at once: the job's processes died without a last word."""

    def attempt_over(self, job: Job) -> None:
        """No process of this attempt lives any more, though the job was paused or cancelled under it."""

    def suspects(self, lease_s: float) -> list[Lease]:
        """
        Running jobs whose lease is over by the database's clock.

        So is one that ends later than in lease_s: then that clock was set back.
        """

    def recover(self, lease: Lease, max_restarts: int) -> bool:
        """
        Take a job from a supervisor that is gone: `queued` with retry_count + 1, or `failed` with WORKER_LOST.

        False, and nothing changed, if the lease was renewed or the job has left it meanwhile.
        """

    def sweep(self) -> list[str]:
        """
        Cancel paused jobs past their resume deadline (RESUME_WINDOW_EXPIRED) and drop outworn bookkeeping.

        Returns:
            Ids of ended jobs past expiry: delete what is kept of them in buckets, then say `forgotten`.
        """

    def forgotten(self, job_id: str) -> bool:
        """Delete the record of an ended job past expiry; last, so that a crash before it leaves nothing unowned."""

    def littered(self) -> list[Job]:
        """Ended jobs that left things behind and whose lease, if any, is over by the database's clock."""

    def tidied(self, job: Job) -> None:
        """Nothing of this job, ended in this epoch, is left lying about."""

    def seen(self, owner: str) -> None:
        """A supervisor is alive."""

    def backlog(self, alive_s: float) -> Backlog:
        """How the pipeline stands; a supervisor seen within `alive_s` is live."""
