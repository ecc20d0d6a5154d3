"""How the service is."""

from fastapi import APIRouter
from fastapi.responses import Response

from lookalike.console.rendering import PageRoute, page
from lookalike.console.session import At, Me

router = APIRouter(route_class=PageRoute)


@router.get("/console/health", operation_id="consoleHealth")
async def show(given: At, me: Me) -> Response:
    """200 with what its parts say."""
    condition, components = await given.health.check()
    return page("health", me=me, here="health", condition=condition, components=components)
