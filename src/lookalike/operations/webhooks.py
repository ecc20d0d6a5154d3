"""What one can ask of webhooks: register, list, delete, rotate the secret, enable again."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Policy, Scope
from lookalike.access.secret_box import SecretBox
from lookalike.clock import Clock
from lookalike.errors import ValidationError, WebhookNotFound, WebhookRefused
from lookalike.net.reach import Reach, Refused
from lookalike.operations.jobs import ID
from lookalike.webhooks import EventType, Webhook, WebhookStore, headers, signing_secret
from lookalike.webhooks.urls import Receiver, receiver

PER_CUSTOMER_MAX = 20
OVERLAP_MAX_S = 7 * 86_400


@dataclass(frozen=True)
class Registration:
    """A register request, types already checked."""

    url: str
    events: tuple[EventType, ...]
    secret: str
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Rotation:
    """A request to sign with another secret; for `overlap_s` seconds with the former one too."""

    secret: str
    overlap_s: int


@dataclass(frozen=True)
class Webhooks:
    """
    The verbs.

    Attributes:
        allow_http: Receivers may be without TLS.
        draw: Gives so many random bits as a number.
    """

    store: WebhookStore
    policy: Policy
    box: SecretBox
    reach: Reach
    allow_http: bool
    clock: Clock
    draw: Callable[[int], int]

    def register(self, principal: Principal, asked: Registration, request_id: str) -> str:
        """
        The id of the new registration.

        Raises:
            ValidationError: names each field that cannot mean anything.
            WebhookRefused: not https, not a global address, registered already, or too many.
        """
        self.policy.demand(principal, Scope.WEBHOOKS_WRITE)
        _demand_none("The webhook cannot be registered", list(_problems(asked)))
        place = receiver(asked.url, allow_http=self.allow_http)
        self._demand_reachable(place)
        webhook = self._sealed(principal, asked, place)
        self.store.register(webhook, PER_CUSTOMER_MAX, principal.by(request_id))
        return webhook.webhook_id

    def list(self, principal: Principal, event: EventType | None) -> list[dict[str, Any]]:
        """The customer's registrations as the API shows them, oldest first: no secret, credentials starred."""
        self.policy.demand(principal, Scope.WEBHOOKS_READ)
        return [self._shown(webhook) for webhook in self.store.list(principal.customer_id, event)]

    def delete(self, principal: Principal, webhook_id: str, request_id: str) -> str:
        """The id of the registration that is gone; WebhookNotFound, AccessDenied."""
        webhook = self.own(principal, Scope.WEBHOOKS_WRITE, webhook_id)
        if not self.store.delete(webhook.webhook_id, principal.by(request_id)):
            raise _unknown()
        return webhook.webhook_id

    def rotate_secret(self, principal: Principal, webhook_id: str, rotation: Rotation, request_id: str) -> str:
        """
        The id of the webhook that signs with another secret from now on, and with the former one too for a while.

        Raises:
            ValidationError: names each field that cannot mean anything.
            WebhookNotFound: there is none of this id.
        """
        webhook = self.own(principal, Scope.WEBHOOKS_WRITE, webhook_id)
        _demand_none("The secret cannot be rotated", list(_wrong_in(rotation)))
        secret, by = self.box.seal(rotation.secret), principal.by(request_id)
        if not self.store.rotate(webhook.webhook_id, secret, rotation.overlap_s, by):
            raise _unknown()
        return webhook.webhook_id

    def enable(self, principal: Principal, webhook_id: str, request_id: str) -> str:
        """The id of the webhook that hears of events again, from now on; one that is enabled stays so."""
        webhook = self.own(principal, Scope.WEBHOOKS_WRITE, webhook_id)
        if not self.store.enable(webhook.webhook_id, principal.by(request_id)):
            raise _unknown()
        return webhook.webhook_id

    def own(self, principal: Principal, scope: Scope, webhook_id: str) -> Webhook:
        """The customer's own registration of this id; WebhookNotFound, AccessDenied."""
        self.policy.demand(principal, scope)
        wanted = webhook_id.lower()
        webhook = self.store.get(wanted) if ID.fullmatch(wanted) else None
        if webhook is None:
            raise _unknown()
        self.policy.demand_owner(principal, webhook.customer_id)
        return webhook

    def _demand_reachable(self, place: Receiver) -> None:
        try:
            self.reach.addresses(place.host)
        except Refused as refused:
            raise WebhookRefused(
                f"The webhook's host '{place.host}' {refused}.",
                hint="Use a public host; an operator can let in others by the setting webhooks.allow.",
            ) from None

    def _sealed(self, principal: Principal, asked: Registration, place: Receiver) -> Webhook:
        return Webhook(
            webhook_id=str(uuid.UUID(int=self.draw(128), version=4)),
            customer_id=principal.customer_id,
            url=place.url,
            events=tuple(event for event in EventType if event in asked.events),  # one order, so that equals are equal
            secret=self.box.seal(asked.secret),
            headers=None if asked.headers is None else self.box.seal(json.dumps(dict(asked.headers))),
            created_at=self.clock.now(),
        )

    def _shown(self, webhook: Webhook) -> dict[str, Any]:
        own = None if webhook.headers is None else json.loads(self.box.open(webhook.headers))
        return {
            "id": webhook.webhook_id,
            "url": webhook.url,
            "events": [event.value for event in webhook.events],
            "customer_id": webhook.customer_id,
            "headers": None if own is None else headers.masked(own),
            "enabled": webhook.disabled_at is None,
            "disabled_reason": webhook.disabled_reason,
        }


def _unknown() -> WebhookNotFound:
    return WebhookNotFound("There is no webhook of this id.")


def _demand_none(refused: str, problems: Sequence[tuple[str, str]]) -> None:
    if problems:
        summary = "; ".join(f"{name} {message}" for name, message in problems[:5])
        raise ValidationError(f"{refused}: {summary}.", fields=problems)


def _wrong_in(rotation: Rotation) -> Iterator[tuple[str, str]]:
    wrong = signing_secret.problem(rotation.secret)
    if wrong is not None:
        yield "secret", wrong
    if not 0 <= rotation.overlap_s <= OVERLAP_MAX_S:
        yield "overlap_s", f"must be a whole number from 0 to {OVERLAP_MAX_S:,}"


def _problems(asked: Registration) -> Iterator[tuple[str, str]]:
    if not asked.events:
        yield "events", "must name at least one event"
    if len(set(asked.events)) < len(asked.events):
        yield "events", "must not name an event twice"
    wrong = signing_secret.problem(asked.secret)
    if wrong is not None:
        yield "secret", wrong
    yield from headers.problems(asked.headers or {})
