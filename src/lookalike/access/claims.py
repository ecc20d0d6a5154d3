"""What a token's claims say, once its signature is known to be good."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike.access import Principal
from lookalike.errors import Unauthorized

NAME_MAX_CHARS = 255  # what the database keeps of a customer's name


@dataclass(frozen=True)
class Names:
    """What tokens are issued and checked against: `iss`, `aud`, and the names of our own claims."""

    issuer: str = "lookalike"
    audience: str = "lookalike"
    customer_claim: str = "customer_id"
    projects_claim: str = "projects"


def principal(claims: Mapping[str, Any], names: Names) -> Principal:
    """
    Whom the claims speak for.

    Raises:
        Unauthorized: a claim that is missing or of the wrong type, by its name.
    """
    return Principal(
        customer_id=_name(claims, names.customer_claim),
        subject=_name(claims, "sub"),
        scopes=_scopes(claims),
        projects=_projects(claims, names.projects_claim),
    )


def check_times(claims: Mapping[str, Any], now: float, early_s: float) -> None:
    """
    Return if the token is good at this moment.

    Args:
        now: Seconds since 1970.
        early_s: So much too early is not too early: the issuer's clock is not ours.

    Raises:
        Unauthorized: expired, not yet good, or a time that is none.
    """
    if _moment(claims, "exp") <= now:
        raise Unauthorized("The token has expired.", hint="Get a new token.")
    if "nbf" in claims and _moment(claims, "nbf") > now + early_s:
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
