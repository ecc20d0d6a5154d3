"""A dispatcher joined together."""

import random
from functools import partial

import httpx

from lookalike.access.keys import secret_keys
from lookalike.access.secret_box import SecretBox
from lookalike.net.addresses import allowed
from lookalike.net.reach import Reach
from lookalike.net.resolver import resolve
from lookalike.net.sender import Sender
from lookalike.settings import Settings
from lookalike.webhooks.dispatcher import Dispatcher
from lookalike.webhooks.observer import AttemptObserver
from lookalike.wiring.parts import Parts


def dispatcher(parts: Parts, owner: str, observer: AttemptObserver) -> Dispatcher:
    """A dispatcher of the service's webhooks, under a name no other has."""
    return Dispatcher(
        outbox=parts.outbox,
        send=_sender(parts.settings).post,
        opened=SecretBox(partial(secret_keys, parts.settings.home / "keys")).open,
        owner=owner,
        clock=parts.clock,
        draw=random.SystemRandom().random,
        observer=observer,
    )


def reach(settings: Settings) -> Reach:
    """What webhooks may reach."""
    return Reach(allowed(settings.webhooks.allow), resolve)


def _sender(settings: Settings) -> Sender:
    trust = httpx.create_ssl_context()  # SSL_CERT_FILE or SSL_CERT_DIR where they are set, else certifi's authorities
    return Sender(reach(settings), trust, allow_http=settings.webhooks.allow_http)
