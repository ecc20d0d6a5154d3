"""``/metrics``: what a monitor reads; open to anybody, so it names nobody."""

from fastapi import APIRouter
from fastapi.responses import Response

from lookalike.api.services import Given

TEXT = "text/plain; version=0.0.4; charset=utf-8"  # what every Prometheus reads

router = APIRouter()


@router.get("/metrics", operation_id="getMetrics")
async def metrics(given: Given) -> Response:
    """200 with all measurements, 503 with those of this process if the database does not answer."""
    text, whole = await given.measurements.read()
    return Response(text, 200 if whole else 503, media_type=TEXT)
