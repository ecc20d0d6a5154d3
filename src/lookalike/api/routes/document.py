"""``/openapi.json``: the promise itself, a file of this package."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

DOCUMENT = files("lookalike.api").joinpath("openapi.json").read_bytes()

router = APIRouter()


@router.get("/openapi.json", operation_id="getOpenApiDocument")
async def document() -> Response:
    """200 with the OpenAPI 3.0.3 document."""
    return Response(DOCUMENT, media_type="application/json")
