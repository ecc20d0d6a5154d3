"""``/api/v2/jobs/preview``: what a job would do."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lookalike.access.policy import Scope
from lookalike.api.bodies import read_object
from lookalike.api.models import submission
from lookalike.api.services import Asking, Given

router = APIRouter(prefix="/api/v2/jobs/preview")


@router.post("", operation_id="previewJobV2")
async def preview(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with what the job would do."""
    given.jobs.policy.demand(asking, Scope.DATA_READ)  # before the body is judged
    asked = submission(await read_object(request))
    return JSONResponse(await given.previews.preview(asking, asked))
