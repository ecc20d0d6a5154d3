"""``/api/v2/webhooks``: register, list, delete, rotate the secret, enable; and deliveries."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from lookalike.access.policy import Scope
from lookalike.api.bodies import read_object
from lookalike.api.models import registration, rotation
from lookalike.api.queries import event, page
from lookalike.api.services import Asking, Given, RequestId

router = APIRouter(prefix="/api/v2/webhooks")


@router.post("/register", operation_id="registerWebhookV2")
async def register(request: Request, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """201 with the id of the registration."""
    given.webhooks.policy.demand(asking, Scope.WEBHOOKS_WRITE)  # before the body is judged
    asked = registration(await read_object(request))
    webhook_id = await run_in_threadpool(given.webhooks.register, asking, asked, request_id)
    return JSONResponse({"success": True, "message": "The webhook is registered.", "webhook_id": webhook_id}, 201)


@router.get("", operation_id="listWebhooksV2")
def list_webhooks(request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with the registrations."""
    given.webhooks.policy.demand(asking, Scope.WEBHOOKS_READ)  # before the query is judged
    return JSONResponse({"webhooks": given.webhooks.list(asking, event(request))})


@router.delete("/{webhook_id}", operation_id="deleteWebhookV2")
def delete(webhook_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once the registration is gone."""
    gone = given.webhooks.delete(asking, webhook_id, request_id)
    return JSONResponse({"success": True, "message": "The webhook is deleted.", "webhook_id": gone})


@router.get("/{webhook_id}/deliveries", operation_id="listDeliveriesV2")
def list_deliveries(webhook_id: str, request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with a page of deliveries."""
    given.webhooks.own(asking, Scope.WEBHOOKS_READ, webhook_id)  # before the query is judged
    return JSONResponse(given.deliveries.list(asking, webhook_id, page(request)))


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", operation_id="redeliverV2")
def redeliver(webhook_id: str, delivery_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """202: it is sent again."""
    again = given.deliveries.redeliver(asking, webhook_id, delivery_id, request_id)
    return JSONResponse({"success": True, "message": "It is sent again.", "delivery_id": again}, 202)


@router.post("/{webhook_id}/test", operation_id="testWebhookV2")
def test(webhook_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """202 with the id of the delivery."""
    sent = given.deliveries.test(asking, webhook_id, request_id)
    return JSONResponse({"success": True, "message": "A test event is sent.", "delivery_id": sent}, 202)


@router.post("/{webhook_id}/rotate-secret", operation_id="rotateWebhookSecretV2")
async def rotate_secret(
    webhook_id: str, request: Request, given: Given, asking: Asking, request_id: RequestId
) -> JSONResponse:
    """200 once it signs with the new secret."""
    await run_in_threadpool(given.webhooks.own, asking, Scope.WEBHOOKS_WRITE, webhook_id)  # before the body is judged
    asked = rotation(await read_object(request))
    rotated = await run_in_threadpool(given.webhooks.rotate_secret, asking, webhook_id, asked, request_id)
    return JSONResponse({"success": True, "message": "The secret is rotated.", "webhook_id": rotated})


@router.post("/{webhook_id}/enable", operation_id="enableWebhookV2")
def enable(webhook_id: str, given: Given, asking: Asking, request_id: RequestId) -> JSONResponse:
    """200 once it hears of events again."""
    enabled = given.webhooks.enable(asking, webhook_id, request_id)
    return JSONResponse({"success": True, "message": "The webhook is enabled.", "webhook_id": enabled})
