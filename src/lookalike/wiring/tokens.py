"""Tokens of a service's own key."""

from collections.abc import Callable

from lookalike.access.keys import token_key
from lookalike.access.tokens import Names, Tokens
from lookalike.clock import SystemClock
from lookalike.settings import Settings


def tokens(settings: Settings, draw: Callable[[int], int]) -> Tokens:
    """What issues and verifies tokens; `draw` gives so many random bits."""
    auth = settings.auth
    names = Names(auth.issuer, auth.audience, auth.customer_claim, auth.projects_claim)
    return Tokens(token_key(settings.home / "keys"), names, SystemClock(), draw)
