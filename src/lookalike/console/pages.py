"""The front page: what this is and where to go on."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

FRONT = files("lookalike.console").joinpath("front.html").read_bytes()

# the page has its style inside and needs nothing else
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

router = APIRouter()


@router.get("/", operation_id="getFrontPage")
async def front() -> HTMLResponse:
    """200 with the front page."""
    return HTMLResponse(FRONT, headers=_HEADERS)
