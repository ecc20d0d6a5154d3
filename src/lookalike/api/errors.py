"""Errors on their way out: one envelope, the right status, the operation's own code where the fault is ours."""

import logging
import math
from collections.abc import Collection, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from lookalike.errors import (
    InternalError,
    LookalikeError,
    MethodNotAllowed,
    NotFound,
    OperationFailed,
    QuotaExceeded,
    RangeNotSatisfiable,
    RateLimited,
    StorageFailed,
    Unauthorized,
    ValidationError,
    details,
    outline,
)

# operationId to the code of its failure on our side
FAILURES = {
    "createJobV2": "JOB_SUBMISSION_FAILED",
    "getJobHistoryV2": "HISTORY_FETCH_FAILED",
    "getJobStatusV2": "STATUS_FETCH_FAILED",
    "previewJobV2": "PREVIEW_FAILED",
    "listJobEventsV2": "EVENTS_FETCH_FAILED",
    "listArtefactsV2": "ARTEFACT_FETCH_FAILED",
    "getArtefactV2": "ARTEFACT_FETCH_FAILED",
    "listModelsV2": "MODEL_LIST_FAILED",
    "listBucketsV2": "BUCKET_LIST_FAILED",
    "listObjectsV2": "BUCKET_LIST_FAILED",
    "putObjectV2": "UPLOAD_FAILED",
    "cancelJobV2": "CANCEL_ERROR",
    "pauseJobV2": "PAUSE_ERROR",
    "resumeJobV2": "RESUME_ERROR",
    "deleteJobV2": "DELETE_ERROR",
    "registerWebhookV2": "WEBHOOK_REGISTRATION_FAILED",
    "listWebhooksV2": "WEBHOOK_LIST_FAILED",
    "deleteWebhookV2": "WEBHOOK_DELETION_FAILED",
    "listDeliveriesV2": "WEBHOOK_LIST_FAILED",
    "redeliverV2": "WEBHOOK_UPDATE_FAILED",
    "testWebhookV2": "WEBHOOK_UPDATE_FAILED",
    "rotateWebhookSecretV2": "WEBHOOK_UPDATE_FAILED",
    "enableWebhookV2": "WEBHOOK_UPDATE_FAILED",
    "listAuditV2": "AUDIT_FETCH_FAILED",
    "getServiceHealthV2": "HEALTH_CHECK_FAILED",
    "getReadiness": "HEALTH_CHECK_FAILED",
}

RETRY_AFTER_S = 30  # a waiting job needs about that long to leave the queue

_ERRORS_MAX, _TEXT_MAX_CHARS = 50, 500

_log = logging.getLogger("lookalike.api")


def answer(scope: Scope, error: Exception) -> JSONResponse:
    """The response an error becomes; what is our own fault is logged with the request's id and not told."""
    told = _told(scope, error)
    body = {"code": told.code, "message": str(told)[: 4 * _TEXT_MAX_CHARS], "details": _details(scope, told)}
    return JSONResponse({"error": body}, told.status, headers=_headers(scope, told))


async def refused(request: Request, error: Exception) -> JSONResponse:
    """Handler for our own errors."""
    return answer(request.scope, error)


async def unroutable(request: Request, error: Exception) -> JSONResponse:
    """Handler for what the router raises: an unknown path, a verb that a path does not have."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return answer(request.scope, NotFound("There is nothing at this path."))
    if status == 405:
        return answer(request.scope, MethodNotAllowed("This path does not have this verb."))
    if status == 400:
        return answer(request.scope, ValidationError("The request cannot be read."))
    return answer(request.scope, error)


def _told(scope: Scope, error: Exception) -> LookalikeError:
    if isinstance(error, LookalikeError) and error.status < 500:
        return error
    _log.error("a request failed", extra={"request_id": scope["state"]["request_id"], **outline(error)})
    code = FAILURES.get(getattr(scope.get("route"), "operation_id", None) or "")
    if code is not None and isinstance(error, StorageFailed):  # its words are for the customer, whose bucket it is
        return OperationFailed(code, error.message)
    if code is None:
        return InternalError("The request failed on our side.")
    return OperationFailed(code, "The request failed on our side.")


def _details(scope: Scope, error: LookalikeError) -> dict[str, Any]:
    value: dict[str, Any] = {"request_id": scope["state"]["request_id"]}
    fields = details(error).get("errors")
    if isinstance(fields, list):
        value["errors"] = [_cut(field) for field in fields[:_ERRORS_MAX]]
    return value


def _cut(field: Mapping[str, str]) -> dict[str, str]:
    """Names of fields are the caller's own and may be of any length."""
    return {key: text[:_TEXT_MAX_CHARS] for key, text in field.items()}


def _headers(scope: Scope, error: LookalikeError) -> dict[str, str]:
    match error:
        case Unauthorized():
            sent = any(name == b"authorization" for name, _ in scope["headers"])
            return {"WWW-Authenticate": 'Bearer realm="lookalike"' + (', error="invalid_token"' if sent else "")}
        case MethodNotAllowed():
            return {"Allow": ", ".join(sorted(_verbs(scope)))}
        case RangeNotSatisfiable():
            return {"Content-Range": f"bytes */{error.size_bytes}"}
        case QuotaExceeded():
            return {"Retry-After": str(RETRY_AFTER_S)}
        case RateLimited():
            seconds = math.ceil(error.retry_after_s)
            return {"Retry-After": f"{seconds}", "RateLimit": f'"requests";r=0;t={seconds}'}
        case _:
            return {}


def _verbs(scope: Scope) -> set[str]:
    """All verbs of a path: the router itself names those of the first route only."""
    routes: list[BaseRoute] = scope["app"].routes
    at_path = [route for route in routes if route.matches(scope)[0] is not Match.NONE]
    own = getattr(at_path[0], "path", None)  # a later one may only take it for a value of a parameter
    return {verb for route in at_path if getattr(route, "path", None) == own for verb in _methods(route)}


def _methods(route: BaseRoute) -> Collection[str]:
    return getattr(route, "methods", None) or ()
