"""Addresses of receivers, in one spelling each, so that two registrations of the same place are seen to be the same."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

import idna

from lookalike.errors import ValidationError, WebhookRefused
from lookalike.net.addresses import is_odd_literal, literal

URL_MAX_CHARS = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Receiver:
    """Where events go: the normalised `url` and its `host` (lower case, ASCII, an IPv6 address without brackets)."""

    url: str
    host: str


def receiver(url: str, *, allow_http: bool) -> Receiver:
    """
    The receiver a URL names: scheme and host lower case, host in ASCII (IDNA 2008), no default port, a path at least.

    Raises:
        ValidationError: field ``url``: no URL, too long, user information, fragment, odd spelling of an IP address.
        WebhookRefused: not https, where only https is allowed.
    """
    if len(url) > URL_MAX_CHARS:
        raise _wrong(f"is longer than {URL_MAX_CHARS} characters")
    parts = _split(url)
    if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
        raise WebhookRefused("The webhook's url does not begin with https://.", hint="Use an https address.")
    if parts.username is not None or parts.password is not None:
        raise _wrong("holds user information; send it in headers")
    if "#" in url:
        raise _wrong("holds a fragment")
    host = _host(parts.hostname or "")
    normal = f"{parts.scheme}://{_netloc(host, parts)}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if len(normal) > URL_MAX_CHARS:
        raise _wrong(f"is longer than {URL_MAX_CHARS} characters")
    return Receiver(normal, host)


def _split(url: str) -> SplitResult:
    if any(c <= " " or c in "\\\x7f" for c in url):  # urlsplit drops some of them silently
        raise _wrong("holds a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        _ = parts.port  # read here because it is checked on reading
    except ValueError:
        raise _wrong("is not a URL") from None
    if any(c in '"<>^`{|}' or c > "~" for c in parts.path + parts.query) or "%" in parts.netloc:
        raise _wrong("holds a character that must be percent-encoded, or a percent sign in the host")
    if parts.port == 0 or parts.netloc.rpartition("@")[2].endswith(":"):
        raise _wrong("holds no good port")
    return parts


def _host(name: str) -> str:
    address = literal(name)
    if address is not None:
        return str(address)
    try:
        host = idna.encode(name.removesuffix("."), uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise _wrong("holds no host, or one that is no host name") from None
    if is_odd_literal(host) or (literal(host) is not None and host != name):
        raise _wrong("names its host by a number; write an IPv4 address as four decimal numbers")
    return host


def _netloc(host: str, parts: SplitResult) -> str:
    name = f"[{host}]" if isinstance(literal(host), IPv6Address) else host
    return name if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{parts.port}"


def _wrong(message: str) -> ValidationError:
    return ValidationError(f"The webhook's url {message}.", fields=[("url", message)])
