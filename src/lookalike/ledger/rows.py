"""Jobs as rows and back."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.jobs.job import Job, NewJob, Stage, new_stages
from lookalike.jobs.states import JobStatus, StageStatus
from lookalike.ledger.tables import jobs

COLUMNS = tuple(jobs.c[field.name] for field in fields(Job))


def job_of(row: sa.Row[Any]) -> Job:
    """The job of a row that was selected with `COLUMNS`."""
    values = dict(row._mapping)
    values["status"] = JobStatus(values["status"])
    values["stages"] = tuple(_stage(stage) for stage in values["stages"])
    return Job(**values)


def first(new: NewJob, now: datetime) -> Job:
    """The job a submission begins as; its first event is yet to be written."""
    return Job(
        job_id=new.job_id,
        customer_id=new.customer_id,
        project_id=new.project_id,
        status=JobStatus.INITIALIZED,
        progress=0,
        stages=new_stages(),
        configuration=new.configuration,
        work=new.work,
        metadata={},
        timeout_s=new.timeout_s,
        resume_window_s=new.resume_window_s,
        submitted_at=now,
        updated_at=now,
        origin=new.origin,
    )


def values_of(job: Job) -> dict[str, Any]:
    """The columns of a job."""
    return {field.name: _value(getattr(job, field.name)) for field in fields(Job)}


def changes(old: Job, new: Job) -> dict[str, Any]:
    """The columns in which two jobs differ: a beat shall not write the whole checkpoint again."""
    names = [field.name for field in fields(Job) if getattr(old, field.name) != getattr(new, field.name)]
    return {name: _value(getattr(new, name)) for name in names}


def numbered(job: Job) -> Job:
    """The job with one more event."""
    return replace(job, sequence=job.sequence + 1)


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_stage_json(stage) for stage in value]
    if isinstance(value, JobStatus):
        return value.value
    return dict(value) if isinstance(value, Mapping) else value


def _stage(value: Mapping[str, Any]) -> Stage:
    return Stage(
        name=value["name"],
        status=StageStatus(value["status"]),
        progress=value["progress"],
        start_time=_time(value["start_time"]),
        end_time=_time(value["end_time"]),
        error=value["error"],
    )


def _stage_json(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "status": stage.status.value,
        "progress": stage.progress,
        "start_time": None if stage.start_time is None else stage.start_time.isoformat(),
        "end_time": None if stage.end_time is None else stage.end_time.isoformat(),
        "error": None if stage.error is None else dict(stage.error),
    }


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
