"""Embedded tokens: JWT access tokens (RFC 9068) signed with the service's own Ed25519 key."""

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt

from lookalike.access import Principal
from lookalike.access.keys import TokenKey
from lookalike.clock import Clock
from lookalike.errors import Unauthorized

if TYPE_CHECKING:
    from jwt.types import Options

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
TOKEN_MAX_CHARS = 8192
# times are ours to judge, by the clock we were handed
_OPTIONS: "Options" = {
    "require": ["iss", "aud", "exp", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
NAME_MAX_CHARS = 255  # what the database keeps of a customer's name


@dataclass(frozen=True)
class Names:
    """What tokens are issued and checked against: `iss`, `aud`, and the names of our own claims."""

    issuer: str = "lookalike"
    audience: str = "lookalike"
    customer_claim: str = "customer_id"
    projects_claim: str = "projects"


@dataclass(frozen=True)
class Tokens:
    """
    Issues tokens and verifies them.

    Attributes:
        draw: So many random bits as a number; `secrets.randbits` but in tests.
    """

    key: TokenKey
    names: Names
    clock: Clock
    draw: Callable[[int], int]

    def issue(self, principal: Principal, *, lifetime: timedelta) -> str:
        """A token that speaks for `principal` from now on, for `lifetime`."""
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.names.issuer,
            "aud": self.names.audience,
            "sub": principal.subject,
            self.names.customer_claim: principal.customer_id,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": str(uuid.UUID(int=self.draw(128), version=4)),
        }
        if principal.projects is not None:
            claims[self.names.projects_claim] = sorted(principal.projects)
        if principal.scopes is not None:
            claims["scope"] = " ".join(sorted(principal.scopes))
        headers = {"typ": TYPE, "kid": self.key.kid}
        return jwt.encode(claims, self.key.private, algorithm=ALGORITHM, headers=headers)

    def verify(self, token: str) -> Principal:
        """
        Whom a token speaks for.

        Raises:
            Unauthorized: too long, not a JWT, wrong type, algorithm, key, signature, issuer or audience, expired, not
                yet good, or a claim that is missing or of the wrong type.
        """
        if len(token) > TOKEN_MAX_CHARS:
            raise Unauthorized(f"The token is longer than {TOKEN_MAX_CHARS} characters.")
        self._check_header(token)
        claims = self._claims(token)
        _check_times(claims, self.clock.now().timestamp())
        return Principal(
            customer_id=_name(claims, self.names.customer_claim),
            subject=_name(claims, "sub"),
            scopes=_scopes(claims),
            projects=_projects(claims, self.names.projects_claim),
        )

    def _check_header(self, token: str) -> None:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthorized("The token is not a JWT.") from None
        kind = header.get("typ")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") != TYPE:
            raise Unauthorized(f"The token is not an access token: its type is not {TYPE}.")
        if header.get("alg") != ALGORITHM:
            raise Unauthorized(f"The token is not signed with {ALGORITHM}.")
        if "crit" in header:
            raise Unauthorized("The token asks for an extension that is not known here.")
        if header.get("kid") != self.key.kid:
            raise Unauthorized("The token is signed with a key that is not this service's.")

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                self.key.public,
                algorithms=[ALGORITHM],
                audience=self.names.audience,
                issuer=self.names.issuer,
                options=_OPTIONS,
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            reason = _reason(error)
        else:
            return claims
        raise Unauthorized(reason)


def _reason(error: Exception) -> str:
    match error:
        case jwt.InvalidSignatureError():
            return "The token's signature is not good."
        case jwt.InvalidIssuerError():
            return "The token is of another issuer."
        case jwt.InvalidAudienceError():
            return "The token is for another audience."
        case jwt.MissingRequiredClaimError():
            return f"The token has no claim '{error.claim}'."
        case _:
            return "The token cannot be read."


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if _moment(claims, "exp") <= now:
        raise Unauthorized("The token has expired.", hint="Get a new token.")
    if "nbf" in claims and _moment(claims, "nbf") > now:
        raise Unauthorized("The token is not good yet.")
    if "iat" in claims:
        _moment(claims, "iat")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unauthorized(f"The token's claim '{name}' is not a time.")
    return value


def _name(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not _is_name(value):
        raise Unauthorized(f"The token's claim '{name}' must be a text of 1 to {NAME_MAX_CHARS} printable characters.")
    return str(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= NAME_MAX_CHARS and value.isprintable()


def _scopes(claims: Mapping[str, Any]) -> frozenset[str] | None:
    if "scope" not in claims:
        return None
    if not isinstance(claims["scope"], str):
        raise Unauthorized("The token's claim 'scope' must be a text, scopes separated by spaces.")
    return frozenset(claims["scope"].split())


def _projects(claims: Mapping[str, Any], name: str) -> frozenset[str] | None:
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, list) or not all(map(_is_name, value)):
        raise Unauthorized(f"The token's claim '{name}' must be a list of project ids.")
    return frozenset(value)
