"""The secret a customer signs with us: its length and spelling (Standard Webhooks 1.0)."""

import binascii
from base64 import b64decode

PREFIX = "whsec_"
MIN_CHARS, MAX_CHARS = 16, 256


def problem(secret: str) -> str | None:
    """What is wrong with a secret, None if it can sign; the secret is not quoted."""
    if not MIN_CHARS <= len(secret) <= MAX_CHARS:
        return f"must have {MIN_CHARS} to {MAX_CHARS} characters"
    if secret.startswith(PREFIX) and not _decoded(secret):
        return f"begins with {PREFIX} and so must go on in base64"
    return None


def _decoded(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
