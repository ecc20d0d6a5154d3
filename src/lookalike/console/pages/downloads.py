"""What a job left, handed to a browser."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lookalike.console.rendering import PageRoute
from lookalike.console.session import At, Me
from lookalike.downloads import handed

router = APIRouter(prefix="/console/jobs/{job_id}/files", route_class=PageRoute)


@router.get("/{name}", operation_id="consoleDownload")
def get(job_id: str, name: str, request: Request, given: At, me: Me) -> Response:
    """200 with the bytes, 206 with those of a range, 304 if the browser has them."""
    return handed(given.artefacts.get(me, job_id, name), request.headers)
