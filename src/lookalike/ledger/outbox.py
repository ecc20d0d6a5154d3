"""`Outbox` over the database."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from lookalike.ledger import database
from lookalike.ledger.database import reading, writing
from lookalike.ledger.tables import Time, deliveries, events, webhooks
from lookalike.webhooks.lanes import Lane
from lookalike.webhooks.outbox import DeliveryStatus, Outcome, Parcel
from lookalike.webhooks.schedule import GIVE_UP_AFTER

GONE, FAILING = "the receiver answered 410 Gone", "every delivery failed for 5 days"
D, W, E = deliveries.c, webhooks.c, events.c


class SqlOutbox:
    """Deliveries in SQLite or PostgreSQL; `now` tells the time within a transaction."""

    def __init__(self, engine: sa.Engine, now: Callable[[sa.Connection], datetime] = database.now) -> None:
        self._engine = engine
        self._now = now

    def lanes(self) -> list[Lane]:
        with reading(self._engine) as connection:
            rows = connection.execute(with_something_due(self._now(connection)))
            return [Lane(row.webhook_id, urlsplit(row.url).netloc) for row in rows]

    def take(self, owner: str, lease_s: float, rooms: Mapping[str, int], most: int) -> list[Parcel]:
        with writing(self._engine) as connection:
            now, found = self._now(connection), list[Parcel]()
            for webhook_id, room in rooms.items():
                if len(found) < most:
                    found += _due(connection, webhook_id, min(room, most - len(found)), now)
            ids = [parcel.delivery_id for parcel in found]
            lease = {"owner": owner, "due_at": now + timedelta(seconds=lease_s), "attempted_at": now}
            connection.execute(sa.update(deliveries).where(D.delivery_id.in_(ids)).values(lease))
            return found

    def record(self, owner: str, outcomes: Sequence[Outcome]) -> list[str]:
        with writing(self._engine) as connection:
            now = self._now(connection)
            by_webhook = defaultdict[str, list[Outcome]](list)
            for outcome in sorted(outcomes, key=lambda outcome: outcome.delivery_id):
                webhook_id = _note(connection, owner, outcome, now)
                if webhook_id is not None:
                    by_webhook[webhook_id].append(outcome)
            # in one order for all who record, lest two wait for each other
            return [name for name, own in sorted(by_webhook.items()) if _disabled_by(connection, name, own, now)]

    def give_back(self, owner: str) -> None:
        with writing(self._engine) as connection:
            mine = (D.owner == owner, D.status == DeliveryStatus.PENDING.value)
            connection.execute(sa.update(deliveries).where(*mine).values(owner=None, due_at=self._now(connection)))


def with_something_due(now: datetime) -> sa.Select[tuple[str, str, datetime | None, datetime]]:
    """
    Webhooks that may be sent something: id, URL, the last attempt, and since when the next is due.

    Goes from webhook to webhook along the index, however many deliveries each has.

    A DISTINCT would read every pending delivery there is.
    """
    pending, takeable = D.status == DeliveryStatus.PENDING.value, _takeable(now)
    first = sa.select(sa.func.min(D.webhook_id).label("webhook_id")).where(pending).cte("found", recursive=True)
    after = sa.select(sa.func.min(D.webhook_id)).where(pending, D.webhook_id > first.c.webhook_id).scalar_subquery()
    found = first.union_all(sa.select(after).where(first.c.webhook_id.is_not(None)))
    soonest = sa.select(D.due_at).where(D.webhook_id == W.webhook_id, *takeable).order_by(D.due_at).limit(1)
    next_due = soonest.correlate(webhooks).scalar_subquery()
    return (
        sa.select(W.webhook_id, W.url, W.attempted_at, next_due.label("next_due"))
        .join(found, found.c.webhook_id == W.webhook_id)
        .where(W.disabled_at.is_(None), next_due.is_not(None))
        .order_by(next_due)  # who has waited longest comes first, so that many quick ones starve nobody
    )


def _takeable(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """What is due, and not to wait for an earlier event of its job."""
    earlier = deliveries.alias()
    waits = sa.exists().where(
        earlier.c.job_id == D.job_id,
        earlier.c.webhook_id == D.webhook_id,
        earlier.c.sequence < D.sequence,
        earlier.c.status == DeliveryStatus.PENDING.value,
        (earlier.c.attempts == 0) | earlier.c.owner.is_not(None),
    )
    return D.status == DeliveryStatus.PENDING.value, D.due_at <= now, ~waits


def _due(connection: sa.Connection, webhook_id: str, room: int, now: datetime) -> list[Parcel]:
    query = (
        sa.select(D.delivery_id, D.event_id, D.attempts, E.type, E.created_at, E.data, *_OF_WEBHOOK)
        .join(events, E.event_id == D.event_id)
        .join(webhooks, W.webhook_id == D.webhook_id)
        .where(D.webhook_id == webhook_id, W.disabled_at.is_(None), *_takeable(now))
        .order_by(D.due_at, D.sequence, D.delivery_id)
        .limit(room)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    return [_parcel(row, now) for row in connection.execute(query)]


_OF_WEBHOOK = (W.webhook_id, W.url, W.secret, W.former_secret, W.former_until, W.headers)


def _parcel(row: Any, now: datetime) -> Parcel:
    valid = row.former_until is not None and now < row.former_until
    return Parcel(
        delivery_id=row.delivery_id,
        event_id=row.event_id,
        lane=Lane(row.webhook_id, urlsplit(row.url).netloc),
        url=row.url,
        secret=row.secret,
        former_secret=row.former_secret if valid else None,
        headers=row.headers,
        attempts=row.attempts,
        type=row.type,
        created_at=row.created_at,
        data=row.data,
    )


def _note(connection: sa.Connection, owner: str, outcome: Outcome, now: datetime) -> str | None:
    """The webhook it belongs to, None if it is the owner's no longer."""
    again = None if outcome.delay_s is None else now + timedelta(seconds=outcome.delay_s)
    change = (
        sa.update(deliveries)
        .where(D.delivery_id == outcome.delivery_id, D.owner == owner, D.status == DeliveryStatus.PENDING.value)
        .values(
            status=outcome.status.value,
            attempts=D.attempts + 1,
            due_at=again,
            owner=None,
            answer_code=outcome.code,
            latency_ms=outcome.latency_ms,
            answer=outcome.answer,
            problem=outcome.problem,
        )
        .returning(D.webhook_id)
    )
    return connection.execute(change).scalar_one_or_none()


def _disabled_by(connection: sa.Connection, webhook_id: str, outcomes: Sequence[Outcome], now: datetime) -> bool:
    """Keep the webhook's standing; True if it is disabled by this."""
    well = any(outcome.status is DeliveryStatus.DELIVERED for outcome in outcomes)
    first = None if well else sa.func.coalesce(W.failing_since, sa.literal(now, Time))
    change = sa.update(webhooks).where(W.webhook_id == webhook_id).values(failing_since=first, attempted_at=now)
    row = connection.execute(change.returning(W.failing_since, W.disabled_at, W.disabled_reason)).one_or_none()
    if row is None:
        return False
    if row.disabled_at is not None:  # while this was under way
        _give_up(connection, webhook_id, row.disabled_reason)
        return False
    gone = any(outcome.gone for outcome in outcomes)
    if not gone and (row.failing_since is None or now - row.failing_since < GIVE_UP_AFTER):
        return False
    reason = GONE if gone else FAILING
    change = sa.update(webhooks).where(W.webhook_id == webhook_id).values(disabled_at=now, disabled_reason=reason)
    connection.execute(change)
    _give_up(connection, webhook_id, reason)
    return True


def _give_up(connection: sa.Connection, webhook_id: str, reason: str) -> None:
    """What waits for a webhook that is disabled is not sent; what is under way ends by itself."""
    waiting = (D.webhook_id == webhook_id, D.status == DeliveryStatus.PENDING.value, D.owner.is_(None))
    given_up = {"status": DeliveryStatus.FAILED.value, "due_at": None, "problem": f"not sent: {reason}"}
    connection.execute(sa.update(deliveries).where(*waiting).values(given_up))


def put(connection: sa.Connection, event: Mapping[str, Any]) -> None:
    """Write a delivery of an event, a row of `events`, for each webhook of its customer that hears of it."""
    theirs = (W.customer_id == event["customer_id"], W.disabled_at.is_(None))
    # locked, lest one is deleted between this look and its delivery, which would then belong to nothing
    query = sa.select(W.webhook_id, W.events).where(*theirs).with_for_update(read=True, key_share=True)
    rows = [delivery(event, row.webhook_id) for row in connection.execute(query) if event["type"] in row.events]
    if rows:
        connection.execute(sa.insert(deliveries), rows)


def delivery(event: Mapping[str, Any], webhook_id: str) -> dict[str, Any]:
    """The row of a delivery that is due at once."""
    return {
        "delivery_id": str(uuid.uuid4()),
        **{name: event[name] for name in ("event_id", "job_id", "sequence", "type", "created_at")},
        "webhook_id": webhook_id,
        "status": DeliveryStatus.PENDING.value,
        "attempts": 0,
        "due_at": event["created_at"],
    }
