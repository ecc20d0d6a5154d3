"""Headers a customer adds to deliveries: which are let through, and how they are shown afterwards."""

import re
from collections.abc import Iterator, Mapping

HEADERS_MAX = 20
VALUE_MAX_CHARS = 4096
MASK = "***"

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")  # a token, RFC 9110
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?")
_SECRET = re.compile(r"auth|token|secret|key|cookie|passw|signature|credential|session", re.IGNORECASE)

# The connection's own (RFC 9110, 7.6.1) and what the sender itself has to say.
_RESERVED = frozenset({"host", "expect"}) | {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_RESERVED_PREFIXES = ("content-", "webhook-")


def problems(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with headers, as (field, message); nothing if all may be sent. Values are not quoted."""
    if len(headers) > HEADERS_MAX:
        yield "headers", f"are more than {HEADERS_MAX}"
    if len({name.lower() for name in headers}) < len(headers):
        yield "headers", "name a header twice"
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            yield "headers", "hold a name that is no header name"
        elif name.lower() in _RESERVED or name.lower().startswith(_RESERVED_PREFIXES):
            yield f"headers.{name}", "is set by the sender itself"
        elif len(value) > VALUE_MAX_CHARS or not _VALUE.fullmatch(value):
            yield f"headers.{name}", f"must be at most {VALUE_MAX_CHARS} printable ASCII characters, not padded"


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they may be shown: the values of those that may carry credentials are starred."""
    return {name: MASK if _SECRET.search(name) else value for name, value in headers.items()}
