"""How the stages of a job change, and what progress they add up to. Pure: the stages before in, those after out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from lookalike.jobs.job import WEIGHTS, Stage
from lookalike.jobs.states import StageStatus

Stages = tuple[Stage, ...]

OPEN = frozenset({StageStatus.PENDING, StageStatus.PROCESSING})


def started(stages: Sequence[Stage], name: str, now: datetime) -> Stages:
    """The stage `processing` from `now`, those after it `pending`: a job may be begun anew from an early stage."""
    at = _index(stages, name)
    running = Stage(name, StageStatus.PROCESSING, start_time=now)
    return (*stages[:at], running, *(Stage(stage.name) for stage in stages[at + 1 :]))


def ended(stages: Sequence[Stage], name: str, status: StageStatus, now: datetime) -> Stages:
    """The stage `completed` or `skipped`; what was skipped has no times."""
    at = _index(stages, name)
    if status is StageStatus.SKIPPED:
        return _put(stages, at, Stage(name, status))
    return _put(stages, at, replace(stages[at], status=status, progress=100, end_time=now, error=None))


def advanced(stages: Sequence[Stage], name: str, share: float) -> Stages:
    """The stage at ``floor(100 · share)`` percent, never less than before; only a stage that is processing moves."""
    at = _index(stages, name)
    if stages[at].status is not StageStatus.PROCESSING:
        return tuple(stages)
    percent = int(100 * min(max(0.0, share), 1.0))
    return _put(stages, at, replace(stages[at], progress=max(stages[at].progress, percent)))


def interrupted(stages: Sequence[Stage]) -> Stages:
    """The stage that was processing is pending again: the attempt is over, the job is not."""
    return tuple(Stage(stage.name) if stage.status is StageStatus.PROCESSING else stage for stage in stages)


def abandoned(stages: Sequence[Stage]) -> Stages:
    """What was processing or still to come is skipped: the job was cancelled."""
    return tuple(replace(stage, status=StageStatus.SKIPPED) if stage.status in OPEN else stage for stage in stages)


def broken(stages: Sequence[Stage], code: str, message: str, now: datetime) -> Stages:
    """What was processing has failed with this error, what was still to come is skipped."""
    error = {"code": code, "message": message}
    failed = (
        replace(stage, status=StageStatus.FAILED, end_time=now, error=error)
        if stage.status is StageStatus.PROCESSING
        else stage
        for stage in stages
    )
    return abandoned(tuple(failed))


def crowned(stages: Sequence[Stage], now: datetime) -> Stages:
    """What was processing is completed, what never began is skipped: the job is completed."""
    for stage in stages:
        if stage.status is StageStatus.PROCESSING:
            stages = ended(stages, stage.name, StageStatus.COMPLETED, now)
    return abandoned(stages)


def overall(stages: Sequence[Stage]) -> int:
    """Progress of the job, 0 … 99, rounded down: each stage's share times its weight; skipped counts as done."""
    return sum(WEIGHTS[stage.name] * _percent(stage) for stage in stages) // 100


def same_statuses(stages: Sequence[Stage], others: Sequence[Stage]) -> bool:
    """Whether no stage has changed its status."""
    return [stage.status for stage in stages] == [other.status for other in others]


def _percent(stage: Stage) -> int:
    return 100 if stage.status in {StageStatus.COMPLETED, StageStatus.SKIPPED} else stage.progress


def _index(stages: Sequence[Stage], name: str) -> int:
    return [stage.name for stage in stages].index(name)


def _put(stages: Sequence[Stage], at: int, stage: Stage) -> Stages:
    return (*stages[:at], stage, *stages[at + 1 :])
