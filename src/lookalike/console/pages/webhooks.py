"""Webhooks: where events are sent, what came of it, and to try it out."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from lookalike.access import Principal
from lookalike.console import Desk
from lookalike.console.paging import PER_PAGE, n_pages, number
from lookalike.console.rendering import PageRoute, form, go, page
from lookalike.console.session import At, Me, RequestId
from lookalike.errors import NotFound, ValidationError
from lookalike.operations.webhooks import Registration
from lookalike.webhooks import EventType
from lookalike.webhooks.deliveries import Page

HERE = "/console/webhooks"

router = APIRouter(prefix=HERE, route_class=PageRoute)


@router.get("", operation_id="consoleWebhooks")
def show(given: At, me: Me) -> Response:
    """200 with the page."""
    hooks = given.webhooks.list(me, None)
    return page("webhooks", me=me, here="webhooks", hooks=hooks, events=list(EventType))


@router.post("", operation_id="consoleRegisterWebhook")
async def register(request: Request, given: At, me: Me, request_id: RequestId) -> Response:
    """To the page of the new webhook."""
    asked = _registration(await form(request))
    webhook_id = await run_in_threadpool(given.webhooks.register, me, asked, request_id)
    return go(request, f"{HERE}/{webhook_id}")


@router.get("/{webhook_id}", operation_id="consoleWebhook")
def show_one(webhook_id: str, request: Request, given: At, me: Me) -> Response:
    """200 with its page."""
    return page("webhook", me=me, here="webhooks", **_values(given, me, webhook_id, number(request)))


@router.get("/{webhook_id}/deliveries", operation_id="consoleDeliveries")
def deliveries(webhook_id: str, request: Request, given: At, me: Me) -> Response:
    """200 with what was sent, alone."""
    return page("webhook_deliveries", **_values(given, me, webhook_id, number(request)))


@router.post("/{webhook_id}/deliveries/{delivery_id}", operation_id="consoleRedeliver")
def redeliver(webhook_id: str, delivery_id: str, given: At, me: Me, request_id: RequestId) -> Response:
    """200 with what was sent, this one again."""
    given.deliveries.redeliver(me, webhook_id, delivery_id, request_id)
    return page("webhook_deliveries", **_values(given, me, webhook_id, 1))


@router.post("/{webhook_id}/{action}", operation_id="consoleWebhookAction")
def act(webhook_id: str, action: str, request: Request, given: At, me: Me, request_id: RequestId) -> Response:
    """The page once that is done."""
    match action:
        case "test":
            given.deliveries.test(me, webhook_id, request_id)
            return page("webhook_deliveries", **_values(given, me, webhook_id, 1))
        case "enable":
            given.webhooks.enable(me, webhook_id, request_id)
            return go(request, f"{HERE}/{webhook_id}")
        case "delete":
            given.webhooks.delete(me, webhook_id, request_id)
            return go(request, HERE)
    raise NotFound("Nothing of that name can be done with a webhook.")


def _values(given: Desk, me: Principal, webhook_id: str, here: int) -> dict[str, Any]:
    listed = given.deliveries.list(me, webhook_id, Page(None, PER_PAGE, PER_PAGE * (here - 1)))
    hook = next(hook for hook in given.webhooks.list(me, None) if hook["id"] == webhook_id.lower())
    waiting = any(delivery["status"] == "pending" for delivery in listed["deliveries"])
    return {"hook": hook, **listed, "number": here, "n_pages": n_pages(listed["total"]), "waiting": waiting}


def _registration(told: dict[str, list[str]]) -> Registration:
    """What the form asks for; ValidationError if its headers are no JSON."""
    events = tuple(EventType(event) for event in told.get("events", []) if event in set(EventType))
    text = told.get("headers", [""])[0].strip()
    try:
        headers = json.loads(text) if text else None
    except ValueError:
        headers = []
    if headers is not None and not (isinstance(headers, dict) and all(isinstance(v, str) for v in headers.values())):
        raise ValidationError("The headers are no JSON object of texts.", fields=[("headers", "must be a JSON object")])
    return Registration(told.get("url", [""])[0].strip(), events, told.get("secret", [""])[0], headers)
