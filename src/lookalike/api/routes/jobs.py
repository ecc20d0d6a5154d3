"""``/api/v2/jobs``: create, list, show, events, cancel, pause, resume, delete."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from lookalike.access.policy import Scope
from lookalike.api.bodies import read_object
from lookalike.api.models import submission
from lookalike.api.queries import following, history
from lookalike.api.services import Asking, Given, RequestId, origin

router = APIRouter(prefix="/api/v2/jobs")


@router.post("", operation_id="createJobV2")
async def create(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """202 with the id of the new job."""
    given.jobs.policy.demand(asking, Scope.JOBS_WRITE)  # before the body is judged
    asked = submission(await read_object(request))
    key = request.headers.get("idempotency-key")
    stored = await run_in_threadpool(given.jobs.submit, asking, asked, key, origin(request))
    request.state.job_id = stored.job_id
    accepted = await given.jobs.wait(stored)
    return JSONResponse({"job_id": accepted.job_id, "status": "accepted", "message": accepted.message}, 202)


@router.get("", operation_id="getJobHistoryV2")
def list_jobs(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with a page of jobs."""
    given.jobs.policy.demand(asking, Scope.JOBS_READ)  # before the query is judged
    return JSONResponse(given.jobs.history(asking, history(request)))


@router.get("/{job_id}", operation_id="getJobStatusV2")
def show(job_id: str, given: Given, asking: Asking) -> JSONResponse:
    """200 with the job."""
    return JSONResponse(given.jobs.show(asking, job_id))


@router.get("/{job_id}/events", operation_id="listJobEventsV2")
def list_events(job_id: str, request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with some events."""
    given.jobs.policy.demand(asking, Scope.JOBS_READ)  # before the query is judged
    given.jobs.own(asking, job_id)
    return JSONResponse(given.jobs.events(asking, job_id, *following(request)))


@router.post("/{job_id}/cancel", operation_id="cancelJobV2")
def cancel(job_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once the job is cancelled."""
    return _done(given.jobs.cancel(asking, job_id, request_id))


@router.post("/{job_id}/pause", operation_id="pauseJobV2")
def pause(job_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once the job is paused."""
    return _done(given.jobs.pause(asking, job_id, request_id))


@router.post("/{job_id}/resume", operation_id="resumeJobV2")
def resume(job_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once the job is queued again."""
    return _done(given.jobs.resume(asking, job_id, request_id))


@router.delete("/{job_id}", operation_id="deleteJobV2")
def delete(job_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once the ended job is deleted, or is about to be."""
    return _done(given.jobs.delete(asking, job_id, request_id))


def _done(message: str) -> JSONResponse:
    return JSONResponse({"success": True, "message": message})
