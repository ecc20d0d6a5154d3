"""A language model of the settings, as the engine of texts asks it."""

import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from lookalike.clock import Clock
from lookalike.completing import Complete
from lookalike.errors import SettingsError
from lookalike.net.completions import BOUNDS, Completions
from lookalike.net.dialects import Dialect
from lookalike.net.reach import OnlyTo
from lookalike.net.resolver import Resolve, resolve
from lookalike.net.sender import Sender
from lookalike.settings import Endpoint, Settings, secret


def open_endpoints(settings: Settings, environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """
    The endpoints of the settings, secrets looked up: `base_url`, `api` and `key` of each.

    Raises:
        SettingsError: a secret is not there, or cannot be sent in a header.
    """
    return {
        name: {"base_url": endpoint.base_url, "api": endpoint.api, "key": _key(settings, endpoint, environ)}
        for name, endpoint in settings.endpoints.items()
    }


def told_endpoint(endpoints: Mapping[str, Mapping[str, str]], parameters: Mapping[str, Any]) -> dict[str, str] | None:
    """What the child of a job is told of the endpoint that its parameters name; None if there is none (any more)."""
    told = parameters.get("endpoint")
    if told is None or told["name"] not in endpoints:
        return None
    return {**endpoints[told["name"]], "model": told["model"]}


def complete(told: Mapping[str, str], *, clock: Clock, resolved: Resolve = resolve) -> Complete:
    """The language model of an endpoint, as `told_endpoint` tells it."""
    return Completions(
        _lower(told["base_url"]),
        told["model"],
        Dialect(chat=told["api"] == "chat"),
        _sender(told["base_url"], resolved).post,
        clock,
        random.SystemRandom().random,
        key=told["key"],
    )


def _sender(base_url: str, resolved: Resolve) -> Sender:
    parts = urlsplit(base_url)
    reach = OnlyTo(parts.hostname or "", parts.scheme == "https", resolved)
    return Sender(reach, httpx.create_ssl_context(), allow_http=True, bounds=BOUNDS)


def _lower(url: str) -> str:
    """The URL with its host in small letters, which `OnlyTo` compares."""
    parts = urlsplit(url)
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


def _key(settings: Settings, endpoint: Endpoint, environ: Mapping[str, str]) -> str:
    if endpoint.secret is None:
        return ""
    key = secret(settings, endpoint.secret, environ)
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            f"The secret '{endpoint.secret}' is no key: it is empty or has characters other than visible ASCII."
        )
    return key
