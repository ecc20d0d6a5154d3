"""Webhooks: who wants to hear of which events, and the way there: outbox, dispatcher, signature."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from lookalike.audit import By


class EventType(StrEnum):
    """What a webhook can be told of."""

    CREATED = "job.created"
    UPDATED = "job.updated"
    COMPLETED = "job.completed"
    FAILED = "job.failed"


@dataclass(frozen=True)
class Webhook:
    """
    A registration.

    Attributes:
        secret, headers, former_secret: Ciphertext, here and in the database.
        former_until: So long what is sent is signed with the former secret too.
        attempted_at: When the last attempt at a delivery was over.
        failing_since: When the first delivery after the last one that went well failed.
        disabled_at, disabled_reason: It is told of nothing any more.
    """

    webhook_id: str
    customer_id: str
    url: str
    events: tuple[EventType, ...]
    secret: bytes
    headers: bytes | None
    created_at: datetime
    former_secret: bytes | None = None
    former_until: datetime | None = None
    attempted_at: datetime | None = None
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None


class WebhookStore(Protocol):
    """
    What this room needs of the database; each method is one transaction.

    What changes something for `by` writes an entry of the audit trail; by nobody, none.
    """

    def register(self, webhook: Webhook, limit: int, by: By) -> None:
        """
        Store a registration.

        Raises:
            WebhookRefused: the customer has one with the same URL and events, or `limit` registrations already.
        """

    def list(self, customer_id: str, event: EventType | None) -> list[Webhook]:
        """A customer's registrations, oldest first; with `event`, those that hear of it."""

    def get(self, webhook_id: str) -> Webhook | None:
        """The registration, whoever owns it."""

    def rotate(self, webhook_id: str, secret: bytes, overlap_s: float, by: By) -> bool:
        """Make the secret the former one, valid for `overlap_s` more, and put another in its place; False if gone."""

    def enable(self, webhook_id: str, by: By) -> bool:
        """Let it hear of events again, its failures forgotten; False if it is gone."""

    def delete(self, webhook_id: str, by: By | None) -> bool:
        """Remove it; False if it was not there. `by` is None when everything of the customer is being erased."""
