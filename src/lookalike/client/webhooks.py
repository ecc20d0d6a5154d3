"""Whether a message is the service's (Standard Webhooks 1.0)."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from lookalike.client.errors import WebhookInvalid

PREFIX = "whsec_"
VERSION = "v1"
DIGITS_MAX = 12  # of a time in seconds


def verify(body: bytes, headers: Mapping[str, str], secret: str, *, tolerance_s: float = 300) -> dict[str, Any]:
    """
    The event that a message holds, if it comes from whom you share the secret with, unchanged and just now.

    Args:
        body: The bytes as they came, to the last one.
        headers: As they came, names in any case.
        secret: The one that the webhook is registered with.
        tolerance_s: How much older or newer than now it may be.

    Raises:
        WebhookInvalid: it is not to be believed; the message says why.
    """
    lower = {name.lower(): told for name, told in headers.items()}
    message_id, told, signatures = (lower.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message_id and signatures and told.isascii() and told.isdigit() and len(told) <= DIGITS_MAX):
        raise WebhookInvalid("It is not signed.")
    if abs(time.time() - int(told)) > tolerance_s:  # noqa: TID251  a door: nobody hands time in
        raise WebhookInvalid("It is not of now.")
    expected = _signature(f"{message_id}.{told}.".encode(errors="replace") + body, secret)
    if not any(hmac.compare_digest(expected, given.encode(errors="replace")) for given in signatures.split(" ")):
        raise WebhookInvalid("Its signature is not of this secret and body.")
    return _event(body)


def _signature(content: bytes, secret: str) -> bytes:
    return f"{VERSION},{b64encode(hmac.digest(_key(secret), content, 'sha256')).decode()}".encode()


def _key(secret: str) -> bytes:
    """A secret that begins ``whsec_`` is base64 after it, any other is its UTF-8 bytes."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else secret.encode()
    except ValueError:
        key = b""
    if not key:  # anybody can sign with nothing
        raise WebhookInvalid("The secret is empty, or no base64 behind whsec_.", hint="Give the one you registered.")
    return key


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise WebhookInvalid("It holds no JSON object.")
    return event
