"""``/api/v2/webhooks``: register, list, delete."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from lookalike.api.bodies import read_object
from lookalike.api.models import registration
from lookalike.api.queries import event
from lookalike.api.services import Asking, Given

router = APIRouter(prefix="/api/v2/webhooks")


@router.post("/register", operation_id="registerWebhookV2")
async def register(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """201 with the id of the registration."""
    asked = registration(await read_object(request))
    webhook_id = await run_in_threadpool(given.webhooks.register, asking, asked)
    return JSONResponse({"success": True, "message": "The webhook is registered.", "webhook_id": webhook_id}, 201)


@router.get("", operation_id="listWebhooksV2")
def list_webhooks(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with the registrations."""
    return JSONResponse({"webhooks": given.webhooks.list(asking, event(request))})


@router.delete("/{webhook_id}", operation_id="deleteWebhookV2")
def delete(webhook_id: str, given: Given, asking: Asking) -> JSONResponse:
    """200 once the registration is gone."""
    gone = given.webhooks.delete(asking, webhook_id)
    return JSONResponse({"success": True, "message": "The webhook is deleted.", "webhook_id": gone})
