"""Of webhooks."""

from typing import Literal, NotRequired, TypedDict

WebhookEventEnum = Literal["job.created", "job.updated", "job.completed", "job.failed"]
DeliveryStatusEnum = Literal["pending", "delivered", "failed"]


class WebhookRegistrationRequest(TypedDict):
    """A new webhook."""

    url: str
    events: list[WebhookEventEnum]
    secret: str
    headers: NotRequired[dict[str, str] | None]


class RotateSecretRequest(TypedDict):
    """Another secret; for `overlap_s` seconds the former one signs too."""

    secret: str
    overlap_s: NotRequired[int]


class WebhookResponse(TypedDict):
    """What came of it."""

    success: bool
    message: str
    webhook_id: NotRequired[str | None]


class WebhookConfigSafe(TypedDict):
    """A webhook, without its secret."""

    id: str
    url: str
    events: list[WebhookEventEnum]
    customer_id: str
    headers: NotRequired[dict[str, str] | None]
    enabled: NotRequired[bool]
    disabled_reason: NotRequired[str | None]


class WebhookListResponse(TypedDict):
    """All webhooks."""

    webhooks: list[WebhookConfigSafe]


class Delivery(TypedDict):
    """A message to a webhook, and what came of it."""

    id: str
    event_id: str
    job_id: NotRequired[str | None]
    type: str
    sequence: int
    status: DeliveryStatusEnum
    attempts: int
    created_at: str
    last_attempt_at: NotRequired[str | None]
    next_attempt_at: NotRequired[str | None]
    answer_code: NotRequired[int | None]
    latency_ms: NotRequired[int | None]
    answer: NotRequired[str | None]
    problem: NotRequired[str | None]


class DeliveryListResponse(TypedDict):
    """A page of deliveries."""

    deliveries: list[Delivery]
    total: int
    next_offset: NotRequired[int | None]


class DeliveryResponse(TypedDict):
    """A delivery that is on its way."""

    success: bool
    message: str
    delivery_id: NotRequired[str]
