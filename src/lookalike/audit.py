"""The audit trail: who changed what, and when. Entries hold names and ids, nothing of what was changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Action(StrEnum):
    """What people can do that changes something."""

    JOB_CREATE = "job.create"
    JOB_CANCEL = "job.cancel"
    JOB_PAUSE = "job.pause"
    JOB_RESUME = "job.resume"
    JOB_DELETE = "job.delete"
    OBJECT_CREATE = "object.create"
    WEBHOOK_REGISTER = "webhook.register"
    WEBHOOK_DELETE = "webhook.delete"
    WEBHOOK_ENABLE = "webhook.enable"
    WEBHOOK_ROTATE_SECRET = "webhook.rotate_secret"  # noqa: S105  a name
    WEBHOOK_TEST = "webhook.test"
    WEBHOOK_REDELIVER = "webhook.redeliver"


@dataclass(frozen=True)
class By:
    """
    Who asks for a change: stores write it down in the transaction of the change itself, and know of no jobs, webhooks
    and deliveries but this customer's.

    Attributes:
        subject: Which person or program of the customer.
        request_id: Of the request that asks.
    """

    customer_id: str
    subject: str
    request_id: str


@dataclass(frozen=True)
class Entry:
    """
    One change that was made.

    Attributes:
        created_at: By the database's clock.
        project_id: Of the job; None for webhooks and objects, which belong to no project.
        actor: The `subject` who asked.
        object_id: The job's or the webhook's id; of `Action.WEBHOOK_REDELIVER` the delivery's. Of
            `Action.OBJECT_CREATE` ``bucket/path``.
    """

    entry_id: str
    created_at: datetime
    customer_id: str
    project_id: str | None
    actor: str
    action: Action
    object_id: str
    request_id: str


@dataclass(frozen=True)
class Query:
    """What to list: one customer's entries, of all projects or of some jobs' only, newest first; times inclusive."""

    customer_id: str
    projects: frozenset[str] | None = None
    action: Action | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 10
    offset: int = 0


class AuditStore(Protocol):
    """The trail; most of what is written, `JobStore`, `WebhookStore` and `DeliveryStore` write."""

    def find(self, query: Query) -> tuple[list[Entry], int]:
        """One page of a customer's entries, and how many match in all."""

    def note(self, by: By, action: Action, object_id: str) -> None:
        """Write down a change that was made elsewhere than in the database."""
