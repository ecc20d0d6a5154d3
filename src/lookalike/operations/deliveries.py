"""What one can ask of deliveries: see them, have one sent again, send a test."""

from dataclasses import dataclass
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Scope
from lookalike.clock import timestamp
from lookalike.errors import DeliveryNotFound, ValidationError
from lookalike.operations.jobs import ID
from lookalike.operations.listing import next_offset
from lookalike.operations.webhooks import Webhooks
from lookalike.webhooks import Webhook
from lookalike.webhooks.deliveries import TEST, Delivery, DeliveryStore, Page


@dataclass(frozen=True)
class Deliveries:
    """The verbs."""

    store: DeliveryStore
    webhooks: Webhooks

    def list(self, principal: Principal, webhook_id: str, page: Page) -> dict[str, Any]:
        """A page of a webhook's deliveries, newest first, as the API shows them."""
        webhook = self.webhooks.own(principal, Scope.WEBHOOKS_READ, webhook_id)
        found, total = self.store.page(webhook.webhook_id, page)
        return {
            "deliveries": [_shown(delivery) for delivery in found],
            "total": total,
            "next_offset": next_offset(page.offset, len(found), total),
        }

    def redeliver(self, principal: Principal, webhook_id: str, delivery_id: str, request_id: str) -> str:
        """
        The id of the delivery that is sent again, under the same ``webhook-id``.

        Raises:
            DeliveryNotFound: the webhook has none of this id.
            ValidationError: the webhook is disabled.
        """
        webhook, by = self._enabled(principal, webhook_id), principal.by(request_id)
        wanted = delivery_id.lower()
        if not ID.fullmatch(wanted) or not self.store.redeliver(webhook.webhook_id, wanted, by):
            raise DeliveryNotFound("The webhook has no delivery of this id.")
        return wanted

    def test(self, principal: Principal, webhook_id: str, request_id: str) -> str:
        """The id of the delivery of a test event; ValidationError if the webhook is disabled."""
        return self.store.test(self._enabled(principal, webhook_id), principal.by(request_id))

    def _enabled(self, principal: Principal, webhook_id: str) -> Webhook:
        webhook = self.webhooks.own(principal, Scope.WEBHOOKS_WRITE, webhook_id)
        if webhook.disabled_at is None:
            return webhook
        raise ValidationError(
            f"The webhook is disabled: {webhook.disabled_reason}.",
            fields=[("webhook_id", "is disabled")],
            hint="Enable it first: POST /api/v2/webhooks/{webhook_id}/enable.",
        )


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.delivery_id,
        "event_id": delivery.event_id,
        "job_id": None if delivery.type == TEST else delivery.job_id,
        "type": delivery.type,
        "sequence": delivery.sequence,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "created_at": timestamp(delivery.created_at),
        "last_attempt_at": timestamp(delivery.attempted_at),
        "next_attempt_at": timestamp(delivery.due_at),
        "answer_code": delivery.answer_code,
        "latency_ms": delivery.latency_ms,
        "answer": delivery.answer,
        "problem": delivery.problem,
    }
