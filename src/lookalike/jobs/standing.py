"""How the queue stands, as numbers for monitoring."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.jobs.states import JobStatus

WAITING = (JobStatus.INITIALIZED, JobStatus.QUEUED)


@dataclass(frozen=True)
class Standing:
    """
    One look at all jobs that have not ended.

    Attributes:
        jobs: How many are in each live state; all live states are named.
        oldest_waiting_s: Since the submission of the oldest job that is `WAITING`; 0 if none is.
        live_workers: Supervisors seen lately.
    """

    jobs: Mapping[JobStatus, int]
    oldest_waiting_s: float
    live_workers: int
