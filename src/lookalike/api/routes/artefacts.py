"""``/api/v2/jobs/{job_id}/artefacts``: what an ended job left, to be downloaded."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from lookalike.api.services import Asking, Given
from lookalike.downloads import handed

router = APIRouter(prefix="/api/v2/jobs/{job_id}/artefacts")


@router.get("", operation_id="listArtefactsV2")
def list_artefacts(job_id: str, given: Given, asking: Asking) -> JSONResponse:
    """200 with the artefacts."""
    return JSONResponse(given.artefacts.list(asking, job_id))


@router.get("/{name}", operation_id="getArtefactV2")
def get(job_id: str, name: str, request: Request, given: Given, asking: Asking) -> Response:
    """200 with the bytes, 206 with those of a range, 304 if the caller has them."""
    return handed(given.artefacts.get(asking, job_id, name), request.headers)
