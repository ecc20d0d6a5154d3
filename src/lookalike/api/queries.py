"""Query parameters: read strictly, each at most once."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from fastapi import Request

from lookalike.audit import Action
from lookalike.errors import InvalidStatus, ValidationError
from lookalike.jobs.states import JobStatus
from lookalike.operations.audit import Trail
from lookalike.operations.buckets import Listing
from lookalike.operations.jobs import History
from lookalike.webhooks import EventType
from lookalike.webhooks.deliveries import Page
from lookalike.webhooks.outbox import DeliveryStatus

LIMIT_DEFAULT, LIMIT_MAX = 10, 100
OFFSET_MAX = 10**15  # a page that far out is empty, as any beyond it; both databases can count to it
SEQUENCE_MAX = 2**31 - 1  # what the database counts events to
_DIGITS_MAX = 4_000  # Python reads no longer numbers

Choice = TypeVar("Choice", bound=StrEnum)

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?")


def history(request: Request) -> History:
    """
    What a listing of jobs asks for.

    Raises:
        ValidationError: names the parameter that is wrong.
        InvalidStatus: a status that is none.
    """
    return History(
        status=_status(_one(request, "status")),
        start=_moment("start_date", _one(request, "start_date")),
        end=_moment("end_date", _one(request, "end_date")),
        limit=_limit(request),
        offset=_offset(request),
    )


def trail(request: Request) -> Trail:
    """The part of the audit trail a listing asks for; ValidationError names the parameter that is wrong."""
    return Trail(
        action=_choice(request, "action", Action),
        start=_moment("start_date", _one(request, "start_date")),
        end=_moment("end_date", _one(request, "end_date")),
        limit=_limit(request),
        offset=_offset(request),
    )


def event(request: Request) -> EventType | None:
    """The event a listing of webhooks is narrowed to; ValidationError if it is none."""
    return _choice(request, "event", EventType)


def page(request: Request) -> Page:
    """The part of a webhook's deliveries a listing asks for; ValidationError names the parameter that is wrong."""
    return Page(_choice(request, "status", DeliveryStatus), _limit(request), _offset(request))


def span(request: Request) -> tuple[int, int]:
    """Limit and offset of a page; ValidationError names the parameter that is wrong."""
    return _limit(request), _offset(request)


def following(request: Request) -> tuple[int, int]:
    """Behind which number a page begins, and its limit; ValidationError names the parameter that is wrong."""
    after = _whole(_one(request, "after"), 0)
    if after is None:
        raise _wrong("after", "must be a whole number from 0")
    return min(after, SEQUENCE_MAX), _limit(request)


def listing(request: Request) -> Listing:
    """What a listing of objects asks for; ValidationError names the parameter that is wrong."""
    delimiter = _one(request, "delimiter")
    if delimiter not in (None, "/"):
        raise _wrong("delimiter", "must be /, or left out")
    prefix, after = _one(request, "prefix") or "", _one(request, "after") or ""
    return Listing(prefix, delimiter is None, after, _limit(request))


def _one(request: Request, name: str) -> str | None:
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise _wrong(name, "must be given once")
    return values[0] if values else None


def _choice(request: Request, name: str, kind: type[Choice]) -> Choice | None:
    text = _one(request, name)
    if text is not None and text not in set(kind):
        raise _wrong(name, f"must be one of {', '.join(kind)}")
    return None if text is None else kind(text)


def _status(text: str | None) -> JobStatus | None:
    if text is None:
        return None
    try:
        return JobStatus(text)
    except ValueError:
        message = f"The query parameter status must be one of {', '.join(JobStatus)}."
        raise InvalidStatus(message, fields=[("status", message)], hint="Name one, or leave it out.") from None


def _limit(request: Request) -> int:
    value = _whole(_one(request, "limit"), LIMIT_DEFAULT)
    if value is None or not 1 <= value <= LIMIT_MAX:
        raise _wrong("limit", f"must be a whole number from 1 to {LIMIT_MAX}")
    return value


def _offset(request: Request) -> int:
    value = _whole(_one(request, "offset"), 0)
    if value is None:
        raise _wrong("offset", "must be a whole number from 0")
    return min(value, OFFSET_MAX)


def _whole(text: str | None, default: int) -> int | None:
    """The number that a text is, from 0; None if it is none."""
    if text is None:
        return default
    return int(text) if len(text) <= _DIGITS_MAX and re.fullmatch("[0-9]+", text) else None


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text.upper()) if _MOMENT.fullmatch(text) else None
        if value is not None:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _wrong(name, "must be a time like 2026-01-31T12:00:00Z (a + of an offset is written %2B)")


def _wrong(name: str, message: str) -> ValidationError:
    return ValidationError(f"The query parameter {name} {message}.", fields=[(name, message)])
