"""A job as GET shows it, and as events carry it."""

from typing import Any

from lookalike.clock import timestamp
from lookalike.jobs.job import Job, Stage


def to_json(job: Job) -> dict[str, Any]:
    """`JobStatusResponse` of the API: times RFC 3339 in UTC; `error` is left out when there is none."""
    value: dict[str, Any] = {
        "job_id": job.job_id,
        "customer_id": job.customer_id,
        "project_id": job.project_id,
        "status": job.status.value,
        "progress": job.progress,
        "start_time": timestamp(job.started_at or job.submitted_at),
        "end_time": timestamp(job.ended_at),
        "last_updated": timestamp(job.updated_at),
        "stages": [_stage(stage) for stage in job.stages],
        "metadata": _metadata(job),
        "configuration": dict(job.configuration),
    }
    if job.error_code is not None:
        value["error"] = {"code": job.error_code, "message": job.error_message or ""}
    return value


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "status": stage.status.value,
        "progress": stage.progress,
        "start_time": timestamp(stage.start_time),
        "end_time": timestamp(stage.end_time),
        "error": None if stage.error is None else dict(stage.error),
    }


def _metadata(job: Job) -> dict[str, Any]:
    facts = job.metadata
    return {
        "input_size": facts.get("input_size", 0),
        "output_size": facts.get("output_size"),
        "input_rows": facts.get("input_rows"),
        "output_rows": facts.get("output_rows"),
        "processing_time": None if job.started_at is None else int(job.running_s),
        "retry_count": job.retry_count,
        "expiration_date": timestamp(job.expires_at),
        "submitted_at": timestamp(job.submitted_at),
        "started_at": timestamp(job.started_at),
        "pause_reason": job.pause_reason,
        "resume_deadline": timestamp(job.resume_deadline),
    }
