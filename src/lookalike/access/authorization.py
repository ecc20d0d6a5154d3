"""Signing people in at an issuer: authorization code with PKCE (RFC 6749, 4.1; RFC 7636; OpenID Connect Core, 3.1)."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from lookalike.errors import Unauthorized

SECRET_BITS = 256


@dataclass(frozen=True)
class Begun:
    """
    A sign-in under way, to be kept by the browser that began it.

    Attributes:
        state: Comes back with the code; else somebody else's sign-in would be finished.
        verifier: What the issuer was told the digest of.
    """

    state: str
    verifier: str


@dataclass(frozen=True)
class Authorization:
    """
    A client of an issuer.

    Attributes:
        secret: Its password there; None: it is a public client.
        scope: What is asked for.
        resource: Whom tokens are for, if that is a URL (RFC 8707); empty: not told.
        endpoint: A URL of the issuer's metadata by its name.
        post: Sends a form, with name and password if there are any, and gives the answer.
        faults: What `endpoint` and `post` raise.
        draw: So many random bits as a number.
    """

    client_id: str
    secret: str | None
    scope: str
    resource: str
    endpoint: Callable[[str], str]
    post: Callable[[str, Mapping[str, str], tuple[str, str] | None], bytes]
    faults: tuple[type[Exception], ...]
    draw: Callable[[int], int]

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """
        Where the browser is to go, and what it has to keep.

        Raises:
            Unauthorized: the issuer does not say where.
        """
        begun = Begun(self._secret(), self._secret())
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.scope,
            "state": begun.state,
            "code_challenge": _challenge(begun.verifier),
            "code_challenge_method": "S256",
            **({"resource": self.resource} if self.resource else {}),
        }
        url = self._endpoint("authorization_endpoint")
        return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}", begun

    def finish(self, begun: Begun, told: Mapping[str, str], redirect_uri: str) -> str:
        """
        The access token for the code that the issuer told.

        Args:
            told: The query with which the browser came back.

        Raises:
            Unauthorized: it is not the sign-in that was begun, the issuer refused, or what it answers is no token.
        """
        if not hmac.compare_digest(begun.state, told.get("state", "")):
            raise Unauthorized("This is not the sign-in that was begun here.")
        if "code" not in told:
            raise Unauthorized("The issuer did not sign you in.")
        form = {
            "grant_type": "authorization_code",
            "code": told["code"],
            "redirect_uri": redirect_uri,
            "client_id": self.client_id,
            "code_verifier": begun.verifier,
        }
        basic = None if self.secret is None else (self.client_id, self.secret)
        try:
            token = json.loads(self.post(self._endpoint("token_endpoint"), form, basic))["access_token"]
        except self.faults + (ValueError, LookupError, TypeError):  # noqa: RUF005 - mypy reads only this
            raise Unauthorized("The issuer gave no token.") from None
        if not isinstance(token, str):
            raise Unauthorized("The issuer gave no token.")
        return token

    def _endpoint(self, name: str) -> str:
        try:
            return self.endpoint(name)
        except self.faults:
            raise Unauthorized("The issuer does not answer.", hint="Try again later.") from None

    def _secret(self) -> str:
        return _text(self.draw(SECRET_BITS).to_bytes(SECRET_BITS // 8, "big"))


def _challenge(verifier: str) -> str:
    return _text(sha256(verifier.encode()).digest())


def _text(value: bytes) -> str:
    """Base64url without padding (RFC 7636, appendix A)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
