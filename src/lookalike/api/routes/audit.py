"""``/api/v2/audit``: who changed what."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from lookalike.access.policy import Scope
from lookalike.api.queries import trail
from lookalike.api.services import Asking, Given

router = APIRouter(prefix="/api/v2/audit")


@router.get("", operation_id="listAuditV2")
def list_entries(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with a page of entries."""
    given.audit.policy.demand(asking, Scope.AUDIT_READ)  # before the query is judged
    return JSONResponse(given.audit.list(asking, trail(request)))
