"""A language model of the settings, as the engine of texts asks it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

import httpx

from lookalike.clock import Clock
from lookalike.engines.text import completing
from lookalike.errors import SettingsError, ValidationError
from lookalike.net import dialects
from lookalike.net.completions import BOUNDS, Completions
from lookalike.net.dialects import Dialect
from lookalike.net.reach import OnlyTo
from lookalike.net.resolver import Resolve, resolve
from lookalike.net.sender import Sender
from lookalike.settings import Endpoint, Settings, secret


def complete(
    settings: Settings, name: str, model: str, *, environ: Mapping[str, str], clock: Clock, resolved: Resolve = resolve
) -> completing.Complete:
    """
    The model of that name at an endpoint of the settings.

    Raises:
        ValidationError: the settings name no such endpoint.
        SettingsError: its secret is not there, or cannot be sent in a header.
    """
    endpoint = settings.endpoints.get(name)
    if endpoint is None:
        told = "is no endpoint of the settings"
        raise ValidationError(f"'{name}' {told}.", fields=[("parameters.endpoint.name", told)])
    client = Completions(
        _lower(endpoint.base_url),
        model,
        Dialect(chat=endpoint.api == "chat"),
        _sender(endpoint, resolved).post,
        clock,
        random.SystemRandom().random,
        key=_key(settings, endpoint, environ),
    )
    return _joined(client)


def _joined(client: Completions) -> completing.Complete:
    """The client, spoken to in the engine's words."""

    def ask(prompts: Sequence[completing.Prompt], *, on_answer: Callable[[int, completing.Completion], None]) -> None:
        def heard(number: int, said: dialects.Completion) -> None:
            on_answer(number, completing.Completion(**asdict(said)))

        client([dialects.Prompt(**vars(prompt)) for prompt in prompts], on_answer=heard)

    return ask


def _sender(endpoint: Endpoint, resolved: Resolve) -> Sender:
    parts = urlsplit(endpoint.base_url)
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
