"""``/api/v2/models``: what jobs learnt."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lookalike.access.policy import Scope
from lookalike.api.queries import span
from lookalike.api.services import Asking, Given

router = APIRouter(prefix="/api/v2/models")


@router.get("", operation_id="listModelsV2")
def list_models(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with a page of models."""
    given.jobs.policy.demand(asking, Scope.JOBS_READ)  # before the query is judged
    return JSONResponse(given.jobs.models(asking, *span(request)))
