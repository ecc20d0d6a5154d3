"""Of the service itself."""

from typing import Any, Literal, NotRequired, TypedDict

AuditActionEnum = Literal[
    "job.create",
    "job.cancel",
    "job.pause",
    "job.resume",
    "job.delete",
    "webhook.register",
    "webhook.delete",
    "webhook.enable",
    "webhook.rotate_secret",
    "webhook.test",
    "webhook.redeliver",
    "object.create",
]
Health = Literal["healthy", "unhealthy", "degraded"]


class AuditEntry(TypedDict):
    """One change: who did what to which job, webhook or object."""

    id: str
    created_at: str
    customer_id: str
    project_id: NotRequired[str | None]
    actor: str
    action: AuditActionEnum
    object_id: str
    request_id: str


class AuditListResponse(TypedDict):
    """A page of the audit trail."""

    entries: list[AuditEntry]
    total: int
    next_offset: NotRequired[int | None]


class ComponentStatus(TypedDict):
    """How one part of the service is."""

    name: str
    status: Health
    message: NotRequired[str | None]
    details: NotRequired[dict[str, Any] | None]


class ServiceHealthResponse(TypedDict):
    """How the service is."""

    overall_status: Health
    components: list[ComponentStatus]


class Liveness(TypedDict):
    """That the service answers."""

    status: Literal["alive"]
