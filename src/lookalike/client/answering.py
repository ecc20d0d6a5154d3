"""What an answer says."""

from typing import Any, TypeVar, cast

import httpx

from lookalike.client.calls import Call
from lookalike.client.errors import ServiceError

T = TypeVar("T")


def value(call: Call[T], answer: httpx.Response) -> T:
    """
    What was asked for.

    Raises:
        ServiceError: it is no JSON though it should be.
    """
    match call.kind:
        case "bytes":
            return cast(T, answer.content)
        case "text":
            return cast(T, answer.text)
    try:
        return cast(T, answer.json())
    except ValueError:
        raise problem(answer) from None


def problem(answer: httpx.Response) -> ServiceError:
    """The error that an answer is; of whatever stands between here and the service it may not be in its words."""
    request_id = answer.headers.get("X-Request-Id")
    try:
        error: dict[str, Any] = answer.json()["error"]
        details: dict[str, Any] = error.get("details") or {}
        return ServiceError(
            answer.status_code,
            error["code"],
            error["message"],
            request_id=details.get("request_id", request_id),
            details=details,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        told = f"The service answered {answer.status_code}, not in its own words."
        return ServiceError(answer.status_code, "UNKNOWN", told, request_id=request_id)
