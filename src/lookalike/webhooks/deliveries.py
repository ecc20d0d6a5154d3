"""What a customer sees of deliveries, and may ask for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lookalike.audit import By
from lookalike.webhooks import Webhook
from lookalike.webhooks.outbox import DeliveryStatus

TEST = "webhook.test"  # the event that is sent to try a webhook out


@dataclass(frozen=True)
class Delivery:
    """
    One event on its way to one webhook.

    Attributes:
        event_id: What is sent as ``webhook-id``.
        job_id: Of a test, the event's id.
        due_at: When the next attempt is due; None if there is none or one is under way.
        answer_code, latency_ms, answer, problem: Of the last attempt.
    """

    delivery_id: str
    event_id: str
    job_id: str
    sequence: int
    type: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    due_at: datetime | None
    answer_code: int | None
    latency_ms: int | None
    answer: str | None
    problem: str | None


@dataclass(frozen=True)
class Page:
    """What a listing asks for; every status if `status` is None."""

    status: DeliveryStatus | None
    limit: int
    offset: int


class DeliveryStore(Protocol):
    """Each method is one transaction; what changes something writes an entry of the audit trail."""

    def page(self, webhook_id: str, page: Page) -> tuple[list[Delivery], int]:
        """A webhook's deliveries, newest first, and how many there are in all."""

    def redeliver(self, webhook_id: str, delivery_id: str, by: By) -> bool:
        """
        Have it sent again at once, with the whole schedule before it; one that is under way is left alone.

        False if the webhook has none of this id.
        """

    def test(self, webhook: Webhook, by: By) -> str:
        """The id of a new delivery of an event of type `TEST`; those of the webhook older than a day are forgotten."""
