"""JWT access tokens (RFC 9068), read as RFC 8725 advises; and those we issue ourselves."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt

from lookalike.access import Principal
from lookalike.access.claims import Names, check_times, principal
from lookalike.access.keys import TokenKey
from lookalike.access.public_keys import PublicKey, PublicKeys
from lookalike.clock import Clock
from lookalike.errors import Unauthorized

if TYPE_CHECKING:
    from jwt.types import Options

OURS = "EdDSA"
TYPE = "at+jwt"
TOKEN_MAX_CHARS = 8192
# times are ours to judge, by the clock we were handed
_OPTIONS: "Options" = {
    "require": ["iss", "aud", "exp", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True)
class Reader:
    """
    Verifies tokens.

    Attributes:
        algorithms: The only ones a token may be signed with; none of them symmetric, since keys are public.
        early_s: So much before its `nbf` a token is good already.
    """

    names: Names
    algorithms: frozenset[str]
    keys: PublicKeys
    clock: Clock
    early_s: float = 0.0

    def verify(self, token: str) -> Principal:
        """
        Whom a token speaks for.

        Raises:
            Unauthorized: too long, not a JWT, wrong type, algorithm, key, signature, issuer or audience, expired, not
                yet good, or a claim that is missing or of the wrong type.
        """
        if len(token) > TOKEN_MAX_CHARS:
            raise Unauthorized(f"The token is longer than {TOKEN_MAX_CHARS} characters.")
        claims = self._claims(token, *self._key(token))
        check_times(claims, self.clock.now().timestamp(), self.early_s)
        return principal(claims, self.names)

    def _key(self, token: str) -> tuple[PublicKey, str]:
        """The key that the header names, and the algorithm, which must be one of the key's."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthorized("The token is not a JWT.") from None
        kind, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") != TYPE:
            raise Unauthorized(f"The token is not an access token: its type is not {TYPE}.")
        if algorithm not in self.algorithms:
            raise Unauthorized(f"The token is not signed with {' or '.join(sorted(self.algorithms))}.")
        if not isinstance(kid, str) or not kid:
            raise Unauthorized("The token does not name the key it is signed with.")
        key = self.keys.find(kid)
        if algorithm not in key.algorithms:
            raise Unauthorized("The token is not signed with the algorithm of its key.")
        return key, algorithm

    def _claims(self, token: str, key: PublicKey, algorithm: str) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self.names.audience,
                issuer=self.names.issuer,
                options=_OPTIONS,
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            reason = _reason(error)
        else:
            return claims
        raise Unauthorized(reason)


@dataclass(frozen=True)
class OwnKey:
    """The key of a service that issues its tokens itself."""

    key: TokenKey

    def find(self, kid: str) -> PublicKey:
        if kid != self.key.kid:
            raise Unauthorized("The token is signed with a key that is not this service's.")
        return PublicKey(self.key.public, frozenset({OURS}))


@dataclass(frozen=True)
class Issuer:
    """
    Issues tokens of a service's own key.

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
        return jwt.encode(claims, self.key.private, algorithm=OURS, headers=headers)


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
