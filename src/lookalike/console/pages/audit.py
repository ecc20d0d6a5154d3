"""Who changed what."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lookalike.audit import Action
from lookalike.console.paging import paged
from lookalike.console.rendering import PageRoute, page
from lookalike.console.session import At, Me
from lookalike.operations.audit import Trail

router = APIRouter(route_class=PageRoute)


@router.get("/console/audit", operation_id="consoleAudit")
def show(request: Request, given: At, me: Me) -> Response:
    """200 with a page of it."""
    told = request.query_params.get("action", "")
    action = Action(told) if told in set(Action) else None
    found = paged(request, lambda limit, start: given.audit.list(me, Trail(action, limit=limit, offset=start)))
    return page("audit", me=me, here="audit", action=action or "", actions=list(Action), **found)
