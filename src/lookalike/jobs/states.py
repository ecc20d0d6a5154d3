"""The states of a job and of its stages, and the one table of allowed moves."""

from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job is in its life."""

    INITIALIZED = "initialized"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StageStatus(StrEnum):
    """Where a stage is in its life."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


S = JobStatus

MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    S.INITIALIZED: frozenset({S.QUEUED, S.PAUSED, S.CANCELLED}),
    S.QUEUED: frozenset({S.RUNNING, S.PAUSED, S.CANCELLED}),
    # back to queued: a worker that drains or was lost
    S.RUNNING: frozenset({S.COMPLETED, S.FAILED, S.CANCELLED, S.PAUSED, S.QUEUED}),
    S.PAUSED: frozenset({S.QUEUED, S.CANCELLED}),
    S.COMPLETED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELLED: frozenset(),
}

ENDED = frozenset({S.COMPLETED, S.FAILED, S.CANCELLED})
LIVE = frozenset(S) - ENDED


def sources(target: JobStatus) -> frozenset[JobStatus]:
    """The states from which a job may move to `target`."""
    return frozenset(status for status, targets in MOVES.items() if target in targets)
