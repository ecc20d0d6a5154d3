"""What one can ask of jobs: submit, wait, show, history, cancel, pause, resume."""

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Policy, Scope
from lookalike.audit import By
from lookalike.clock import Clock, timestamp
from lookalike.errors import JobNotFound, LookalikeError, ObjectMissing, ValidationError
from lookalike.jobs import Idempotency, JobStore, Limits, Query, view
from lookalike.jobs.job import Job, NewJob
from lookalike.jobs.states import ENDED, JobStatus
from lookalike.operations.listing import demand_order, next_offset
from lookalike.operations.submission import Rules, Submission, check, configuration, with_model_of
from lookalike.pipeline.work import Request, Work
from lookalike.storage import Buckets
from lookalike.storage.patterns import is_several
from lookalike.version import VERSION

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_POLL_S = (0.05, 1.0)  # a job is looked at that soon first, that seldom later
_STORED = "The job is stored and will be run."
_NAMES_SHOWN, _NAME_SHOWN_CHARS = 10, 64
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Accepted:
    """A job that is stored. `wait_s`: how long its caller wanted to wait for its end."""

    job_id: str
    message: str
    wait_s: float


@dataclass(frozen=True)
class History:
    """What to list; times inclusive and with a zone; `search` as in `jobs.Query`."""

    status: JobStatus | None = None
    start: datetime | None = None
    end: datetime | None = None
    search: str = ""
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Jobs:
    """
    The verbs. Each is given who asks, judges whether they may, then does it in one transaction.

    Attributes:
        sync_wait_s: The longest wait of a submission that is not asynchronous.
        forget: Deletes all artefacts of a job by its id.
    """

    store: JobStore
    buckets: Buckets
    policy: Policy
    rules: Rules
    limits: Limits
    sync_wait_s: float
    clock: Clock
    forget: Callable[[str], None]

    def submit(
        self, principal: Principal, asked: Submission, idempotency_key: str | None, origin: Mapping[str, str]
    ) -> Accepted:
        """
        Store a job; with the idempotency key of an earlier, equal submission, answer with the job of that one.

        Args:
            origin: See `NewJob`; at least ``request_id``.

        Raises:
            ValidationError: names each field that is wrong, a missing input object among them, and a job whose model
                cannot be used.
            AccessDenied: scope, project, a bucket or an endpoint the customer may not use.
            QuotaExceeded: too many jobs wait already.
        """
        self.policy.demand(principal, Scope.JOBS_WRITE)
        idempotency = _idempotency(idempotency_key, asked)
        request = self.admissible(principal, asked)
        new = self._new_job(principal, asked, request, origin)
        job = self.store.submit(new, self.limits, idempotency, principal.by(origin["request_id"]))
        wait_s = 0.0 if asked.is_async else min(float(asked.timeout), self.sync_wait_s)
        return Accepted(job.job_id, _message(asked.unknown), wait_s)

    def admissible(self, principal: Principal, asked: Submission) -> Request:
        """
        The request in canonical form, if a job may be made of it; nothing is stored.

        Raises:
            ValidationError, AccessDenied: as `submit`.
        """
        request = check(asked, self.rules)
        self._demand_places(principal, request)
        self._demand_input(request)
        request = self._with_model(principal, request)
        if request.endpoint is not None:  # that of the model's job, if the model is another job's
            self.policy.demand_endpoint(principal, request.endpoint)
        return request

    async def wait(self, accepted: Accepted) -> Accepted:
        """
        The same once the job has ended or `wait_s` are over, the state reached in its message; at once for 0.

        No thread is held meanwhile.
        """
        if accepted.wait_s <= 0:
            return accepted
        until, pause_s = self.clock.monotonic() + accepted.wait_s, _POLL_S[0]
        status = await self._status(accepted)
        while status not in ENDED and self.clock.monotonic() < until:
            await asyncio.sleep(min(pause_s, max(0.0, until - self.clock.monotonic())))
            pause_s = min(pause_s * 1.5, _POLL_S[1])
            status = await self._status(accepted)
        return replace(accepted, message=accepted.message.replace(_STORED, f"The job is {status}.", 1))

    def show(self, principal: Principal, job_id: str) -> dict[str, Any]:
        """The job as the API shows it; JobNotFound, AccessDenied."""
        self.policy.demand(principal, Scope.JOBS_READ)
        return view.to_json(self.own(principal, job_id))

    def history(self, principal: Principal, asked: History) -> dict[str, Any]:
        """
        One page of the customer's jobs, newest first by submission, with the total and the next page's offset.

        Raises:
            ValidationError: start after end.
        """
        self.policy.demand(principal, Scope.JOBS_READ)
        demand_order(asked.start, asked.end)
        jobs, total = self.store.find(Query(principal.customer_id, principal.projects, **vars(asked)))
        return {
            "jobs": [view.to_json(job) for job in jobs],
            "total": total,
            "next_offset": next_offset(asked.offset, len(jobs), total),
        }

    def events(self, principal: Principal, job_id: str, after: int, limit: int) -> dict[str, Any]:
        """The job's events of a higher sequence than `after`, and where the next ones begin; as `show`."""
        self.policy.demand(principal, Scope.JOBS_READ)
        found = self.store.events(self.own(principal, job_id).job_id, after, limit + 1)
        more = len(found) > limit
        return {
            "events": [{**vars(event), "created_at": timestamp(event.created_at)} for event in found[:limit]],
            "next_after": found[limit - 1].sequence if more else None,
        }

    def models(self, principal: Principal, limit: int, offset: int) -> dict[str, Any]:
        """One page of the models that the customer's jobs learnt, newest first."""
        self.policy.demand(principal, Scope.JOBS_READ)
        query = Query(principal.customer_id, principal.projects, limit=limit, offset=offset)
        jobs, total = self.store.lenders(query)
        return {
            "models": [_model(job) for job in jobs],
            "total": total,
            "next_offset": next_offset(offset, len(jobs), total),
        }

    def cancel(self, principal: Principal, job_id: str, request_id: str) -> str:
        """What happened, in a sentence; JobNotFound, AccessDenied, ActionRefused ``CANCEL_FAILED``."""
        return self._move(principal, job_id, self.store.cancel, request_id)

    def pause(self, principal: Principal, job_id: str, request_id: str) -> str:
        """What happened, in a sentence; JobNotFound, AccessDenied, ActionRefused ``PAUSE_FAILED``."""
        return self._move(principal, job_id, self.store.pause, request_id)

    def resume(self, principal: Principal, job_id: str, request_id: str) -> str:
        """What happened, in a sentence; JobNotFound, AccessDenied, ActionRefused ``RESUME_FAILED``."""
        return self._move(principal, job_id, self.store.resume, request_id)

    def delete(self, principal: Principal, job_id: str, request_id: str) -> str:
        """
        What happened, in a sentence: an ended job's record, checkpoints, model and report go, the output stays.

        At once, unless a worker is still to tidy up after the job: then within seconds.

        Raises:
            JobNotFound, AccessDenied; ActionRefused ``DELETE_FAILED``: it has not ended.
        """
        self.policy.demand(principal, Scope.JOBS_WRITE)
        job = self.own(principal, job_id)
        if self.store.dismiss(job.job_id, principal.by(request_id)).litter:
            return "The job is being deleted."
        self.forget(job.job_id)
        self.store.forgotten(job.job_id)
        return "The job is deleted."

    def _move(self, principal: Principal, job_id: str, move: Callable[[str, By], Job], request_id: str) -> str:
        self.policy.demand(principal, Scope.JOBS_WRITE)
        job = move(self.own(principal, job_id).job_id, principal.by(request_id))
        return f"The job is {job.status}."

    def own(self, principal: Principal, job_id: str) -> Job:
        """Whose it is comes before what state it is in."""
        wanted = job_id.lower()
        job = self.store.get(wanted) if ID.fullmatch(wanted) else None
        if job is None:
            raise JobNotFound("There is no job of this id.")
        self.policy.demand_owner(principal, job.customer_id)
        self.policy.demand_project(principal, job.project_id)
        return job

    def _demand_places(self, principal: Principal, request: Request) -> None:
        self.policy.demand_project(principal, request.project_id)
        self.policy.demand_bucket(principal, request.input_bucket, "read")
        self.policy.demand_bucket(principal, request.output_bucket, "write")
        if request.conditions:
            self.policy.demand_bucket(principal, request.conditions[0], "read")

    def _demand_input(self, request: Request) -> None:
        self._demand_object("input_path", request.input_bucket, request.input_path)
        if request.conditions:
            self._demand_object("parameters.conditions.path", *request.conditions)

    def _demand_object(self, field: str, bucket: str, path: str) -> None:
        if is_several(path):
            return  # a listing may take its time: the job does it
        try:
            size_bytes = self.buckets[bucket].head(path).size_bytes
        except ObjectMissing:
            raise _refusal(field, "names no object in its bucket") from None
        except LookalikeError:
            return  # the store does not say; the job will find out, and can wait for it
        if size_bytes > self.rules.input_max_bytes:
            raise _refusal(field, f"names an object of more than {self.rules.input_max_bytes:,} bytes")

    def _with_model(self, principal: Principal, request: Request) -> Request:
        """
        The request, which reads its input as the job did whose model it names.

        Raises:
            ValidationError: that job cannot lend its model. One that the token may not see is as one that is not there.
        """
        job_id = request.parameters["model_from_job"]
        if job_id is None:
            return request
        job = self.store.get(job_id)
        if job is None or not _may_see(principal, job):
            raise _refusal("parameters.model_from_job", "names no job of yours")
        if wrong := _unfit_to_lend(job, request, self.clock.now()):
            raise _refusal("parameters.model_from_job", wrong)
        return with_model_of(request, job.configuration["parameters"])

    def _new_job(self, principal: Principal, asked: Submission, request: Request, origin: Mapping[str, str]) -> NewJob:
        job_id = str(uuid.UUID(int=self.rules.draw(128), version=4))
        return NewJob(
            job_id=job_id,
            customer_id=principal.customer_id,
            project_id=request.project_id,
            configuration=configuration(asked, request),
            work=Work(job_id, VERSION, request).to_json(),
            timeout_s=asked.timeout,
            resume_window_s=asked.resume_window,
            origin=origin,
        )

    async def _status(self, accepted: Accepted) -> JobStatus:
        job = await asyncio.to_thread(self.store.get, accepted.job_id)
        return JobStatus.CANCELLED if job is None else job.status


def _idempotency(key: str | None, asked: Submission) -> Idempotency | None:
    if key is None:
        return None
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        message = "must be 1 to 255 visible ASCII characters"
        raise ValidationError(f"The header Idempotency-Key {message}.", fields=[("Idempotency-Key", message)])
    body = json.dumps(asdict(asked), sort_keys=True)
    return Idempotency(key, hashlib.sha256(body.encode()).hexdigest())


def _refusal(field: str, message: str) -> ValidationError:
    return ValidationError(f"The job cannot be accepted: {field} {message}.", fields=[(field, message)])


def _may_see(principal: Principal, job: Job) -> bool:
    of_project = principal.projects is None or job.project_id in principal.projects
    return job.customer_id == principal.customer_id and of_project


def _unfit_to_lend(job: Job, request: Request, now: datetime) -> str | None:
    """Why a job's model cannot be used for a request; None if it can. Its model is there until it expires."""
    if job.project_id != request.project_id:
        return "names a job of another project"
    if job.configuration["data_type"] != request.data_type:
        return "names a job of another data type"
    if job.status is not JobStatus.COMPLETED:
        return f"names a job that is {job.status}, not completed"
    if job.expires_at is not None and job.expires_at <= now:
        return "names a job that has expired"
    return None


def _model(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "project_id": job.project_id,
        "data_type": job.configuration["data_type"],
        "input_location": job.configuration["input_location"],
        "created_at": timestamp(job.ended_at),
        "expires_at": timestamp(job.expires_at),
    }


def _message(unknown: tuple[str, ...]) -> str:
    if not unknown:
        return _STORED
    names = ", ".join(map(_shown, unknown[:_NAMES_SHOWN]))
    more = f" and {len(unknown) - _NAMES_SHOWN} more" if len(unknown) > _NAMES_SHOWN else ""
    return f"{_STORED} Ignored, because unknown: {names}{more}."


def _shown(name: str) -> str:
    """A name as an answer can hold it: half a surrogate pair is spelled out."""
    return name[:_NAME_SHOWN_CHARS].encode(errors="backslashreplace").decode()
