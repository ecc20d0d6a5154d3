"""The models that jobs learnt."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lookalike.console.paging import paged
from lookalike.console.rendering import PageRoute, page
from lookalike.console.session import At, Me

router = APIRouter(route_class=PageRoute)


@router.get("/console/models", operation_id="consoleModels")
def show(request: Request, given: At, me: Me) -> Response:
    """200 with a page of them."""
    found = paged(request, lambda limit, start: given.jobs.models(me, limit, start))
    return page("models", me=me, here="models", **found)
