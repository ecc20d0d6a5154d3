"""What the dispatcher needs of the database: deliveries that are due, taken for a while, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from lookalike.webhooks.lanes import Lane


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"  # not tried yet, under way, or to be tried again
    DELIVERED = "delivered"
    FAILED = "failed"  # given up


@dataclass(frozen=True)
class Parcel:
    """
    A delivery that was taken: nobody else sends it until its lease ends.

    Attributes:
        secret, former_secret, headers: Ciphertext; the former one only while it is valid.
        attempts: Those before this one.
        data: Of the event, as JSON.
    """

    delivery_id: str
    event_id: str
    lane: Lane
    url: str
    secret: bytes
    former_secret: bytes | None
    headers: bytes | None
    attempts: int
    type: str
    created_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """
    What became of one attempt.

    Attributes:
        status: `PENDING` if it is to be tried again, after `delay_s`.
        gone: The receiver says that it wants nothing any more.
        code: Status of the answer, None if there was none; `problem` says why.
        answer: Its first 1,024 bytes, as text.
    """

    delivery_id: str
    status: DeliveryStatus
    delay_s: float | None
    gone: bool
    code: int | None
    latency_ms: int
    answer: str | None
    problem: str | None


class Outbox(Protocol):
    """Each method is one transaction."""

    def lanes(self) -> list[Lane]:
        """Webhooks of which something can be taken, the one that has waited longest first."""

    def take(self, owner: str, lease_s: float, rooms: Mapping[str, int], most: int) -> list[Parcel]:
        """
        Take so many due deliveries of each webhook, `most` of all, a job's events in their order.

        A job's event waits while an earlier one to the same webhook has not been tried yet or is under way; it does not
        wait for one that failed and is to be tried again. A lease that ended counts as none.
        """

    def record(self, owner: str, outcomes: Sequence[Outcome]) -> list[str]:
        """
        Note what became of attempts, those left out that `owner` has lost meanwhile.

        Returns:
            Ids of webhooks that are disabled by this: their receiver is gone, or they only failed for 5 days.
        """

    def give_back(self, owner: str) -> None:
        """All that `owner` has taken is due again."""
