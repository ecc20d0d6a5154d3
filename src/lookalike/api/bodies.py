"""Request bodies: strict JSON (RFC 8259) with one meaning, or a refusal that says what to do."""

import json
import math
from collections.abc import Iterator
from typing import Any

from fastapi import Request

from lookalike.errors import ValidationError

DEPTH_MAX = 32
_NAME_SHOWN_CHARS = 64


async def read_object(request: Request) -> dict[str, Any]:
    """
    The JSON object a request carries.

    Raises:
        ValidationError: not ``application/json`` in UTF-8, no JSON, no object, nested deeper than 32, a name twice in
            an object, a number no computer can hold.
        PayloadTooLarge: longer than the service takes.
    """
    _check_content_type(request)
    return parse_object(await request.body())


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object that bytes are; refuses as `read_object`."""
    try:
        value = json.loads(
            body.decode(), object_pairs_hook=_object, parse_float=_number, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise ValidationError("The body is not valid JSON.", hint="Send one JSON object in UTF-8.") from None
    if not isinstance(value, dict):
        raise ValidationError("The body is JSON, but not an object.", hint="Send one JSON object.")
    _check_depth(value)
    return value


def _check_content_type(request: Request) -> None:
    kind, *options = [part.strip().lower() for part in request.headers.get("content-type", "").split(";")]
    charsets = [option.partition("=")[2].strip('"') for option in options if option.startswith("charset=")]
    if kind != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise ValidationError(
            "The body is not said to be JSON.", hint="Send the header 'Content-Type: application/json'."
        )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, item in pairs:
        if name in value:
            shown = name[:_NAME_SHOWN_CHARS].encode("ascii", "backslashreplace").decode()
            raise ValidationError("The body holds a name twice in an object.", fields=[(shown, "is given twice")])
        value[name] = item
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _refuse_constant(text: str) -> float:
    raise ValueError


def check_texts(value: object) -> None:
    """Nothing, if every text in `value` can be kept; ValidationError for one with NUL or half a surrogate pair."""
    for level in _levels(value):
        if any("\0" in text or any("\ud800" <= c <= "\udfff" for c in text) for text in level if isinstance(text, str)):
            raise ValidationError("The body holds a text with NUL or half a surrogate pair.", hint="Send Unicode text.")


def _check_depth(value: object) -> None:
    for depth, _ in enumerate(_levels(value)):
        if depth == DEPTH_MAX:
            raise ValidationError(f"The body is nested deeper than {DEPTH_MAX} levels.", hint="Send it flatter.")


def _levels(value: object) -> Iterator[list[object]]:
    """What stands at each depth, outermost first; no recursion, which a depth could overflow."""
    level = [value]
    while level:
        yield level
        level = [inner for item in level for inner in _parts(item)]


def _parts(item: object) -> list[object]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []
