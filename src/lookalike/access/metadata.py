"""Where an issuer keeps its keys: its metadata (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3)."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from lookalike.access.public_keys import PublicKey, read

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


class NoMetadata(Exception):
    """What was found is not the issuer's metadata; the message says so and quotes nothing."""


def places(issuer: str) -> tuple[str, str]:
    """The two URLs at which an issuer's metadata may be: behind its own path, or before it."""
    parts = urlsplit(issuer)
    before = urlunsplit((parts.scheme, parts.netloc, OAUTH + parts.path.rstrip("/"), "", ""))
    return issuer.rstrip("/") + OPENID, before


class Published:
    """
    What an issuer publishes.

    Args:
        issuer: Its identifier, a URL.
        jwks_url: Where its keys are; empty: where its metadata says.
        get: Fetches a document; raises `missing` where there is none.
    """

    def __init__(self, issuer: str, jwks_url: str, get: Callable[[str], bytes], missing: type[Exception]) -> None:
        self._issuer = issuer
        self._get = get
        self._missing = missing
        self._told = jwks_url
        self._found = ""

    def keys(self) -> dict[str, PublicKey]:
        """
        The issuer's keys now.

        Raises:
            NoMetadata, NoKeySet: what is there is something else.
            Exception: `missing`.
        """
        url, self._found = self._told or self._found or self.endpoint("jwks_uri"), ""
        keys = read(self._get(url))
        self._found = url  # looked up again only after it failed
        return keys

    def endpoint(self, name: str) -> str:
        """
        A URL that the issuer's metadata tells, by its name there.

        Raises:
            NoMetadata: it tells none, or what is there is something else.
            Exception: `missing`.
        """
        first, second = places(self._issuer)
        try:
            text = self._get(first)
        except self._missing:
            text = self._get(second)
        try:
            found = json.loads(text)
            said, url = found["issuer"], found[name]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise NoMetadata(f"the issuer's metadata has no issuer and {name}") from None
        if said != self._issuer:  # RFC 8414, 3.3: else whoever answers here could speak for somebody else
            raise NoMetadata("the issuer's metadata is of another issuer")
        if not isinstance(url, str):
            raise NoMetadata(f"the issuer's {name} is no text")
        return url
