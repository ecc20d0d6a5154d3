"""A job as the service knows it: what was asked, where it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lookalike.jobs.states import JobStatus, StageStatus

STAGES = ("ingest", "profile", "fit", "generate", "evaluate", "publish")
WEIGHTS = {"ingest": 5, "profile": 5, "fit": 30, "generate": 45, "evaluate": 10, "publish": 4}  # + 1 for completion


@dataclass(frozen=True)
class Stage:
    """One stage; `progress` in percent of the stage."""

    name: str
    status: StageStatus = StageStatus.PENDING
    progress: int = 0
    start_time: datetime | None = None
    end_time: datetime | None = None
    error: Mapping[str, str] | None = None


@dataclass(frozen=True)
class NewJob:
    """
    A checked submission.

    Attributes:
        configuration: What GET shows under `configuration`: the contract's nested shape and our additions; JSON.
        work: The `Work` to start from, as JSON; opaque here.
        origin: The request it came with, for logs and traces: ``request_id``, and ``traceparent`` if it had one.
    """

    job_id: str
    customer_id: str
    project_id: str
    configuration: Mapping[str, Any]
    work: Mapping[str, Any]
    timeout_s: int
    resume_window_s: int
    origin: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> tuple[str, str]:
        location = self.configuration["output_location"]
        return location["bucket"], location["path"]


@dataclass(frozen=True)
class Job:
    """
    A job row.

    Attributes:
        progress: 0 … 100; never falls within an attempt.
        running_s: Seconds of running over all attempts, up to the last beat, by the supervisors' own measure.
        turn: Its place in the queue, see `fairness`; the lowest goes first.
        publishing: True from the fenced write that begins `publish`; cancel and pause are refused then.
        epoch: Fencing token, +1 at each claim.
        beat_at: When the lease was last renewed.
        sequence: Number of events written for this job.
        litter: True from the first claim until what the job left behind (staged parts, checkpoints) was tidied away.
        metadata: Facts told by the pipeline that GET shows: input_size, output_size, input_rows, output_rows.
    """

    job_id: str
    customer_id: str
    project_id: str
    status: JobStatus
    progress: int
    stages: tuple[Stage, ...]
    configuration: Mapping[str, Any]
    work: Mapping[str, Any]
    metadata: Mapping[str, Any]
    timeout_s: int
    resume_window_s: int
    submitted_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    running_s: float = 0.0
    retry_count: int = 0
    epoch: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    beat_at: datetime | None = None
    publishing: bool = False
    resume_deadline: datetime | None = None
    pause_reason: str | None = None
    expires_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    sequence: int = 0
    litter: bool = False
    turn: int = 0
    origin: Mapping[str, str] = field(default_factory=dict)


def new_stages() -> tuple[Stage, ...]:
    """All stages, pending, in order."""
    return tuple(Stage(name) for name in STAGES)
