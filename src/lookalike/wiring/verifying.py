"""What tells good tokens from bad ones: by the service's own key, or those of an issuer the settings name."""

from collections.abc import Callable, Mapping

import httpx

from lookalike.access import Verifier
from lookalike.access.authorization import Authorization
from lookalike.access.issuer_keys import IssuerKeys
from lookalike.access.keys import token_key
from lookalike.access.metadata import NoMetadata, Published
from lookalike.access.tokens import OURS, OwnKey, Reader
from lookalike.clock import SystemClock
from lookalike.errors import SettingsError
from lookalike.net.fetching import TIMEOUT_S, Fetcher, NotFetched, is_safe
from lookalike.settings import Auth, Settings, secret
from lookalike.wiring.tokens import names

EARLY_S = 10.0  # an issuer's clock may be ahead of ours


def verifier(settings: Settings) -> Verifier:
    """
    As the settings say; an issuer's keys are fetched before it is needed, if the issuer answers.

    Raises:
        SettingsError: an issuer that is no safe URL; a key of ours that is none.
    """
    auth, clock = settings.auth, SystemClock()
    if auth.mode == "embedded":
        return Reader(names(auth), frozenset({OURS}), OwnKey(token_key(settings.home / "keys")), clock)
    keys = IssuerKeys(_published(auth, clock).keys, clock)
    keys.refresh(TIMEOUT_S)
    return Reader(names(auth), frozenset(auth.algorithms), keys, clock, EARLY_S)


def authorization(settings: Settings, environ: Mapping[str, str], draw: Callable[[int], int]) -> Authorization | None:
    """
    How people sign in at the issuer; None if the settings name no client for that.

    Raises:
        SettingsError: the client's secret is not there.
    """
    auth = settings.auth
    if not auth.client_id:
        return None
    found = Fetcher(httpx.create_ssl_context(), SystemClock())
    return Authorization(
        client_id=auth.client_id,
        secret=None if auth.client_secret is None else secret(settings, auth.client_secret, environ),
        scope=auth.scope,
        resource=auth.audience if auth.audience.startswith(("https://", "http://")) else "",
        endpoint=_published(auth, SystemClock()).endpoint,
        post=found.post,
        faults=(NotFetched, NoMetadata),
        draw=draw,
    )


def _published(auth: Auth, clock: SystemClock) -> Published:
    for name, url in (("issuer", auth.issuer), ("jwks_url", auth.jwks_url or auth.issuer)):
        if not is_safe(url):
            raise SettingsError(f"Setting 'auth.{name}' must be a URL: https, or http on this machine.")
    return Published(auth.issuer, auth.jwks_url, Fetcher(httpx.create_ssl_context(), clock).get, NotFetched)
