"""Who watches a supervisor at work: logs, metrics and traces of attempts, each behind one Protocol."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

from lookalike.jobs.attempt import Outcome
from lookalike.jobs.job import Job, Stage
from lookalike.jobs.states import ENDED

OUTCOMES = tuple(kind.__name__.lower() for kind in get_args(Outcome))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """
    How an attempt ended.

    Attributes:
        job: As it was claimed.
        outcome: One of `OUTCOMES`; lost: cancelled, paused, or taken by another supervisor.
        code: The error's code if it failed.
        running_s: Seconds of running in all attempts so far.
        stages: As the attempt left them, those of former attempts among them.
        after: The job as it stands now; None if it is gone, or the store does not say.
    """

    job: Job
    outcome: str
    code: str | None
    running_s: float
    stages: Sequence[Stage]
    after: Job | None

    @property
    def own_stages(self) -> list[Stage]:
        """The stages that this attempt began, in their order."""
        pairs = zip(self.stages, self.job.stages, strict=True)
        return [now for now, before in pairs if now.start_time not in (None, before.start_time)]

    @property
    def ended(self) -> bool:
        """Whether the job ended with this attempt."""
        return self.after is not None and self.after.epoch == self.job.epoch and self.after.status in ENDED

    @property
    def retried(self) -> bool:
        """Whether the job goes on in another attempt, which counts as a restart."""
        return self.after is not None and self.after.retry_count > self.job.retry_count


class Observer(Protocol):
    """Hears of attempts in the supervisor's thread: it comes back at once and raises nothing."""

    def begun(self, job: Job) -> None:
        """An attempt begins; the job is as it was claimed."""

    def over(self, ending: Ending) -> None:
        """An attempt of this supervisor is over and recorded."""

    def recovered(self, job: Job) -> None:
        """A job was taken back from a supervisor that went silent; it is as it stands now, queued again or failed."""


@dataclass(frozen=True)
class Observers:
    """Several as one, told in their order."""

    all: Sequence[Observer]

    def begun(self, job: Job) -> None:
        for observer in self.all:
            observer.begun(job)

    def over(self, ending: Ending) -> None:
        for observer in self.all:
            observer.over(ending)

    def recovered(self, job: Job) -> None:
        for observer in self.all:
            observer.recovered(job)


class Logbook:
    """A log line for each thing that happens to an attempt."""

    def begun(self, job: Job) -> None:
        log.info("claimed", extra={**about(job), "owner": job.owner, "attempt": job.retry_count + 1})

    def over(self, ending: Ending) -> None:
        told = {"outcome": ending.outcome, "running_s": round(ending.running_s, 3), "code": ending.code}
        status = None if ending.after is None else ending.after.status.value
        log.info("attempt over", extra={**about(ending.job), **told, "status": status})
        if ending.retried and ending.after is not None:
            log.warning("to be tried again", extra={**about(ending.job), "retry_count": ending.after.retry_count})

    def recovered(self, job: Job) -> None:
        told = {"status": job.status.value, "retry_count": job.retry_count}
        log.warning("taken back from a silent worker", extra={**about(job), **told})


def about(job: Job) -> Mapping[str, str | int]:
    """Which job and attempt, and which request it came with: fields of every log line that tells of it."""
    asked_by = {key: value for key, value in job.origin.items() if key == "request_id"}
    return {"job_id": job.job_id, "epoch": job.epoch, **asked_by}
