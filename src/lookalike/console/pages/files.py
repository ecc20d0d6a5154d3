"""Styles and scripts: ours, and those of htmx."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from lookalike.console.rendering import static
from lookalike.console.session import HOME
from lookalike.errors import NotFound

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}

router = APIRouter()


@router.get("/", operation_id="getFrontPage")
async def front() -> RedirectResponse:
    """303 to the jobs."""
    return RedirectResponse(HOME, 303)


@router.get("/console/static/{name}", operation_id="getStaticFile")
async def file(name: str) -> Response:
    """200 with the file; its address changes with its bytes."""
    value = static(name)
    if value is None:
        raise NotFound("There is no such file.")
    kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(value, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})
