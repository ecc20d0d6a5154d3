"""How a delivery is signed and verified (Standard Webhooks 1.0): HMAC-SHA256 over id, time of the attempt and body."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from lookalike.webhooks.signing_secret import PREFIX

VERSION = "v1"
TOLERANCE_S = 300
DIGITS_MAX = 12  # of a time in seconds


def signed_headers(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """
    The three headers a receiver verifies.

    Args:
        message_id: The same at each attempt.
        timestamp: Whole seconds since 1970, of this attempt.
        body: The bytes that are sent, to the last one.
        secrets: All that are valid now; one signature for each, so that a receiver may still hold the former one.
    """
    signatures = [signature(message_id, timestamp, body, secret) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def signature(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    """``v1,`` and the base64 of the HMAC."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return f"{VERSION},{b64encode(hmac.digest(_key(secret), content, 'sha256')).decode()}"


def _key(secret: str) -> bytes:
    """A secret that begins ``whsec_`` is base64 after it, any other is its UTF-8 bytes."""
    return b64decode(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else secret.encode()


def refusal(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> str | None:
    """
    Why a message is not to be believed, None if it is.

    Args:
        headers: As they came, names in lower case.
        now: A message that is more than 5 minutes older or newer is one that somebody has kept.
    """
    message_id, told, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message_id and signatures and told.isascii() and told.isdigit() and len(told) <= DIGITS_MAX):
        return "it is not signed"
    if abs(now.timestamp() - int(told)) > TOLERANCE_S:
        return "it is not of now"
    expected = signature(message_id, int(told), body, secret)
    if not any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures.split(" ")):
        return "its signature is not of this secret and body"
    return None
