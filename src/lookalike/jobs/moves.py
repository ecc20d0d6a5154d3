"""
What each move does to a job: the job before and the time in, the job after out. Pure; the store makes it a
compare-and-set and writes the event. `states.MOVES` says which moves there are, every function here obeys it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lookalike.errors import ActionRefused, InternalError, ResumeWindowExpired, StorageFailed, WorkerLost
from lookalike.jobs import Beat, stages
from lookalike.jobs.job import Job
from lookalike.jobs.states import ENDED, MOVES, JobStatus

HELD_FOR = timedelta(hours=24)  # at least so long does a job wait that the service paused: people sleep


def admitted(job: Job, turn: int, now: datetime) -> Job:
    """The job `queued` for its turn."""
    return _moved(job, JobStatus.QUEUED, now, turn=turn)


def claimed(job: Job, owner: str, lease_s: float, now: datetime) -> Job:
    """The job `running`, leased to `owner`, with the next epoch; from now on it may leave litter."""
    return _moved(
        job,
        JobStatus.RUNNING,
        now,
        owner=owner,
        epoch=job.epoch + 1,
        lease_until=now + timedelta(seconds=lease_s),
        beat_at=now,
        started_at=job.started_at or now,
        litter=True,
    )


def told(job: Job, beat: Beat, now: datetime) -> Job:
    """The job with what its supervisor tells; progress never falls; metadata is added to, not replaced."""
    changed = replace(
        job,
        progress=job.progress if beat.progress is None else max(job.progress, beat.progress),
        stages=job.stages if beat.stages is None else tuple(beat.stages),
        work=job.work if beat.work is None else beat.work,
        metadata=job.metadata if beat.metadata is None else {**job.metadata, **beat.metadata},
    )
    changed = job if changed == job else replace(changed, updated_at=now)
    return replace(changed, running_s=max(job.running_s, beat.running_s))


def renewed(job: Job, lease_s: float, now: datetime) -> Job:
    """The job with its lease renewed."""
    return replace(job, lease_until=now + timedelta(seconds=lease_s), beat_at=now)


def publishing(job: Job, now: datetime) -> Job:
    """The job past the point of no return: it can neither be cancelled nor paused any more."""
    return job if job.publishing else replace(job, publishing=True, updated_at=now)


def completed(job: Job, retention: timedelta, now: datetime) -> Job:
    """The job `completed`, progress 100."""
    done = replace(job, progress=100, stages=stages.crowned(job.stages, now), resume_deadline=None, pause_reason=None)
    return _ended(done, JobStatus.COMPLETED, retention, now)


def failed(job: Job, error: tuple[str, str], retention: timedelta, now: datetime) -> Job:
    """The job `failed` with (code, message), progress as it was."""
    code, message = error
    return _ended(
        job,
        JobStatus.FAILED,
        retention,
        now,
        stages=stages.broken(job.stages, code, message, now),
        error_code=code,
        error_message=message,
    )


def cancelled(job: Job, retention: timedelta, now: datetime) -> Job:
    """
    The job `cancelled`. Owner and lease stay: until the lease ends the former attempt may still be dying.

    Raises:
        ActionRefused: ``CANCEL_FAILED``, the job has completed or failed, or is being published.
    """
    _allow(job, JobStatus.CANCELLED, "CANCEL_FAILED", "cancelled")
    return _ended(job, JobStatus.CANCELLED, retention, now, stages=stages.abandoned(job.stages))


def window_expired(job: Job, retention: timedelta, now: datetime) -> Job:
    """The paused job `cancelled` because nobody resumed it in time."""
    error = ResumeWindowExpired("The job was not resumed within its resume window.")
    return replace(cancelled(job, retention, now), error_code=error.code, error_message=error.message)


def paused(job: Job, now: datetime) -> Job:
    """
    The job `paused`, its stage pending again, its checkpoint kept.

    The end of the lease stays, as a note until when the former attempt may still be dying; nobody owns it any more.

    Raises:
        ActionRefused: ``PAUSE_FAILED``, the job has ended or is being published.
    """
    _allow(job, JobStatus.PAUSED, "PAUSE_FAILED", "paused")
    deadline = now + timedelta(seconds=job.resume_window_s)
    return _moved(_stopped(job), JobStatus.PAUSED, now, resume_deadline=deadline)


def held(job: Job, reason: str, turn: int, retention: timedelta, now: datetime) -> Job:
    """
    The job `paused` by the service, or if it is being published `queued` for another turn.

    A job being published that is held longer than its window fails.
    """
    window = max(timedelta(seconds=job.resume_window_s), HELD_FOR)
    if not job.publishing:
        stopped = replace(paused(job, now), lease_until=None)  # by its own supervisor: its group is dead
        return replace(stopped, resume_deadline=now + window, pause_reason=reason)
    deadline = job.resume_deadline or now + window
    if now > deadline:
        return failed(job, (StorageFailed.code, reason), retention, now)
    return replace(released(job, now), turn=turn, resume_deadline=deadline, pause_reason=reason)


def resumed(job: Job, turn: int, now: datetime) -> Job:
    """
    The paused job `queued` again, with its checkpoint, for a new turn.

    Raises:
        ActionRefused: ``RESUME_FAILED``, the job is not paused or its resume window is over.
    """
    if job.status is not JobStatus.PAUSED:
        raise ActionRefused("RESUME_FAILED", f"The job is {job.status}, not paused.")
    if job.resume_deadline is not None and now > job.resume_deadline:
        raise ActionRefused("RESUME_FAILED", "The resume window of the job is over.", hint=ResumeWindowExpired.hint)
    return _moved(job, JobStatus.QUEUED, now, turn=turn, resume_deadline=None, pause_reason=None)


def dismissed(job: Job, now: datetime) -> Job:
    """
    The ended job, expired now; as it is if it has expired before.

    Raises:
        ActionRefused: ``DELETE_FAILED``, the job has not ended.
    """
    if job.status not in ENDED:
        raise ActionRefused("DELETE_FAILED", f"The job is {job.status} and has not ended.", hint="Cancel it first.")
    return job if job.expires_at is not None and job.expires_at <= now else replace(job, expires_at=now)


def released(job: Job, now: datetime) -> Job:
    """The job back in the queue, its group already dead; no retry is spent."""
    return _moved(_stopped(job), JobStatus.QUEUED, now, lease_until=None)


def crashed(job: Job, max_restarts: int, retention: timedelta, now: datetime) -> Job:
    """The job back in the queue with one more retry, or failed with ``WORKER_LOST`` when it has had them all."""
    if job.retry_count >= max_restarts:
        error = WorkerLost(f"The worker of this job died {job.retry_count + 1} times.")
        return failed(job, (error.code, error.message), retention, now)
    return replace(released(job, now), retry_count=job.retry_count + 1)


def _allow(job: Job, target: JobStatus, code: str, verb: str) -> None:
    if target not in MOVES[job.status]:
        raise ActionRefused(code, f"The job is {job.status} and cannot be {verb}.")
    if job.publishing:
        raise ActionRefused(code, f"The job is already being published and cannot be {verb}.", hint="Wait for its end.")


def _ended(job: Job, status: JobStatus, retention: timedelta, now: datetime, **changes: Any) -> Job:
    # owner and lease_until stay: others tidy up only when the lease is over
    return _moved(_stopped(job, owner=job.owner), status, now, ended_at=now, expires_at=now + retention, **changes)


def _stopped(job: Job, owner: str | None = None) -> Job:
    return replace(job, owner=owner, stages=stages.interrupted(job.stages))


def _moved(job: Job, status: JobStatus, now: datetime, **changes: Any) -> Job:
    if status not in MOVES[job.status]:
        raise InternalError(f"A job cannot move from {job.status} to {status}.")
    return replace(job, status=status, updated_at=now, **changes)
