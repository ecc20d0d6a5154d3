"""Small documents of a server that the operator named: over TLS, or from this machine; never for long."""

import ssl
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from lookalike.clock import Clock

TIMEOUT_S = 5.0  # for all of it
READ_MAX_BYTES = 1024 * 1024


class NotFetched(Exception):
    """There is no document; the message says why, and quotes nothing."""


def is_safe(url: str) -> bool:
    """Whether what is fetched from the URL is what its server sent: https, or http that does not leave this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises if it is none
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.fragment and host != ""
    return plain and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Fetcher:
    """Asks for documents; redirects are not followed, proxies and passwords of the environment are not used."""

    def __init__(self, trust: ssl.SSLContext, clock: Clock) -> None:
        self._trust = trust
        self._clock = clock

    def get(self, url: str) -> bytes:
        """
        The document.

        Raises:
            NotFetched: not safe, not there, not complete within 5 s, longer than 1 MiB.
        """
        return self._document("GET", url)

    def post(self, url: str, form: Mapping[str, str], basic: tuple[str, str] | None) -> bytes:
        """The document that a form is answered with; `basic`: name and password that go with it. Raises as `get`."""
        return self._document("POST", url, data=dict(form), auth=basic)

    def _document(self, verb: str, url: str, **asked: Any) -> bytes:
        if not is_safe(url):
            raise NotFetched("the URL is neither https nor on this machine")
        options = {"verify": self._trust, "timeout": TIMEOUT_S, "trust_env": False, "follow_redirects": False}
        try:
            with httpx.Client(**options) as http, http.stream(verb, url, **asked) as answer:  # type: ignore[arg-type]
                if answer.status_code != httpx.codes.OK:
                    raise NotFetched(f"the request was answered with {answer.status_code}")
                return b"".join(self._pieces(answer))
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotFetched("the server did not answer") from None

    def _pieces(self, answer: httpx.Response) -> Iterator[bytes]:
        end, length = self._clock.monotonic() + TIMEOUT_S, 0
        for piece in answer.iter_bytes():
            length += len(piece)
            if length > READ_MAX_BYTES:
                raise NotFetched(f"the answer is longer than {READ_MAX_BYTES} bytes")
            if self._clock.monotonic() > end:
                raise NotFetched(f"the answer was not complete in {TIMEOUT_S:g} s")
            yield piece
