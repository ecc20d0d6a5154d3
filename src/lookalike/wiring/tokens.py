"""Tokens of the service's own key."""

from collections.abc import Callable

from lookalike.access.claims import Names
from lookalike.access.keys import token_key
from lookalike.access.tokens import Issuer
from lookalike.clock import SystemClock
from lookalike.errors import SettingsError
from lookalike.settings import Auth, Settings


def issuer(settings: Settings, draw: Callable[[int], int]) -> Issuer:
    """
    What issues tokens; `draw` gives so many random bits.

    Raises:
        SettingsError: tokens come from somewhere else.
    """
    if settings.auth.mode == "issuer":
        raise SettingsError(
            "This service does not issue tokens: auth.mode is 'issuer'.", hint="Get one from the issuer."
        )
    return Issuer(token_key(settings.home / "keys"), names(settings.auth), SystemClock(), draw)


def names(auth: Auth) -> Names:
    """What tokens are checked against."""
    return Names(auth.issuer, auth.audience, auth.customer_claim, auth.projects_claim)
