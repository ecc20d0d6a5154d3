"""``/health``, ``/livez``, ``/readyz``: how the service is; open to anybody."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from lookalike.api.services import Given
from lookalike.operations.health import Condition

router = APIRouter()


@router.get("/health", operation_id="getServiceHealthV2")
async def health(given: Given) -> JSONResponse:
    """200 if healthy or degraded, 503 if unhealthy."""
    overall, components = await given.health.check()
    body = {"overall_status": overall.value, "components": [component.to_json() for component in components]}
    return JSONResponse(body, 503 if overall is Condition.UNHEALTHY else 200)


@router.get("/livez", operation_id="getLiveness")
async def live() -> JSONResponse:
    """200 as long as requests are answered at all; asks nobody."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", operation_id="getReadiness")
async def ready(given: Given) -> JSONResponse:
    """200 if the database answers, 503 if not."""
    database = await given.health.ready()
    return JSONResponse(database.to_json(), 200 if database.condition is Condition.HEALTHY else 503)
