"""`DeliveryStore` over the database."""

import uuid
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lookalike.audit import Action, By
from lookalike.ledger import audit, database
from lookalike.ledger.database import reading, writing
from lookalike.ledger.outbox import delivery
from lookalike.ledger.tables import deliveries, events, webhooks
from lookalike.webhooks import Webhook
from lookalike.webhooks.deliveries import TEST, Delivery, Page
from lookalike.webhooks.outbox import DeliveryStatus

TEST_KEPT = timedelta(days=1)
D = deliveries.c
COLUMNS = [deliveries.c[field.name] for field in fields(Delivery)]


class SqlDeliveryStore:
    """Deliveries in SQLite or PostgreSQL; `now` tells the time within a transaction."""

    def __init__(self, engine: sa.Engine, now: Callable[[sa.Connection], datetime] = database.now) -> None:
        self._engine = engine
        self._now = now

    def page(self, webhook_id: str, page: Page) -> tuple[list[Delivery], int]:
        where = [D.webhook_id == webhook_id]
        if page.status is not None:
            where.append(D.status == page.status.value)
        newest = sa.select(*COLUMNS, D.owner).where(*where).order_by(D.created_at.desc(), D.delivery_id.desc())
        count = sa.select(sa.func.count()).select_from(deliveries).where(*where)
        with reading(self._engine) as connection:
            rows = connection.execute(newest.limit(page.limit).offset(page.offset))
            return [_delivery(row) for row in rows], connection.execute(count).scalar_one()

    def redeliver(self, webhook_id: str, delivery_id: str, by: By) -> bool:
        own = sa.select(webhooks.c.webhook_id).where(webhooks.c.customer_id == by.customer_id)
        its = (D.delivery_id == delivery_id, D.webhook_id == webhook_id, D.webhook_id.in_(own))
        with writing(self._engine) as connection:
            found = connection.execute(sa.select(D.owner).where(*its).with_for_update()).one_or_none()
            if found is not None and found.owner is None:  # one that is under way is being sent already
                now = self._now(connection)
                again = {"status": DeliveryStatus.PENDING.value, "attempts": 0, "due_at": now}
                connection.execute(sa.update(deliveries).where(*its).values(again))
                audit.write(connection, by, Action.WEBHOOK_REDELIVER, delivery_id, now)
            return found is not None

    def test(self, webhook: Webhook, by: By) -> str:
        event_id = str(uuid.uuid4())
        with writing(self._engine) as connection:
            now = self._now(connection)
            _forget_tests(connection, webhook.webhook_id, now - TEST_KEPT)
            event = {
                "event_id": event_id,
                "job_id": event_id,
                "customer_id": webhook.customer_id,
                "type": TEST,
                "sequence": 1,
                "created_at": now,
                "data": {"webhook_id": webhook.webhook_id, "sequence": 1},
            }
            row = delivery(event, webhook.webhook_id)
            connection.execute(sa.insert(events).values(event))
            connection.execute(sa.insert(deliveries).values(row))
            audit.write(connection, by, Action.WEBHOOK_TEST, webhook.webhook_id, now)
        return str(row["delivery_id"])


def _forget_tests(connection: sa.Connection, webhook_id: str, before: datetime) -> None:
    old = (D.webhook_id == webhook_id, D.type == TEST, D.created_at < before)
    ids = list(connection.execute(sa.select(D.event_id).where(*old)).scalars())
    connection.execute(sa.delete(deliveries).where(D.webhook_id == webhook_id, D.event_id.in_(ids)))
    connection.execute(sa.delete(events).where(events.c.event_id.in_(ids)))


def _delivery(row: Any) -> Delivery:
    values = dict(row._mapping)
    under_way = values.pop("owner") is not None
    due_at = None if under_way else values["due_at"]
    return Delivery(**{**values, "status": DeliveryStatus(values["status"]), "due_at": due_at})
