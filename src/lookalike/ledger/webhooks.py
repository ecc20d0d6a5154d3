"""`WebhookStore` over the database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lookalike.audit import Action, By
from lookalike.errors import WebhookRefused
from lookalike.ledger import audit, database
from lookalike.ledger.database import Lock, reading, writing
from lookalike.ledger.tables import deliveries, webhooks
from lookalike.webhooks import EventType, Webhook

W = webhooks.c
SEALED = (W.secret, W.former_secret, W.headers)


class SqlWebhookStore:
    """Registrations in SQLite or PostgreSQL; `now` tells the time within a transaction."""

    def __init__(self, engine: sa.Engine, now: Callable[[sa.Connection], datetime] = database.now) -> None:
        self._engine = engine
        self._now = now

    def register(self, webhook: Webhook, limit: int, by: By) -> None:
        with writing(self._engine, Lock.WEBHOOK) as connection:
            there = _of_customer(connection, webhook.customer_id)
            if any(_same(webhook, other) for other in there):
                raise WebhookRefused("A webhook with this URL and these events is registered already.")
            if len(there) >= limit:
                raise WebhookRefused(f"{limit} webhooks are registered already.", hint="Delete one first.")
            _insert(connection, webhook)
            self._note(connection, by, Action.WEBHOOK_REGISTER, webhook.webhook_id)

    def list(self, customer_id: str, event: EventType | None) -> list[Webhook]:
        with reading(self._engine) as connection:
            there = _of_customer(connection, customer_id)
        return [webhook for webhook in there if event is None or event in webhook.events]

    def get(self, webhook_id: str) -> Webhook | None:
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(webhooks).where(webhooks.c.webhook_id == webhook_id)).one_or_none()
        return None if row is None else _webhook(row)

    def rotate(self, webhook_id: str, secret: bytes, overlap_s: float, by: By) -> bool:
        with writing(self._engine) as connection:
            until = self._now(connection) + timedelta(seconds=overlap_s)
            found = _set(connection, webhook_id, by, former_secret=W.secret, former_until=until, secret=secret)
            if found:
                self._note(connection, by, Action.WEBHOOK_ROTATE_SECRET, webhook_id)
            return found

    def enable(self, webhook_id: str, by: By) -> bool:
        unwell = sa.select(W.disabled_at, W.failing_since).where(*_its(webhook_id, by)).with_for_update()
        with writing(self._engine) as connection:
            row = connection.execute(unwell).one_or_none()
            if row is not None and any(row):
                _set(connection, webhook_id, by, failing_since=None, disabled_at=None, disabled_reason=None)
                self._note(connection, by, Action.WEBHOOK_ENABLE, webhook_id)
            return row is not None

    def reseal(self, rotated: Callable[[], Callable[[bytes], bytes]]) -> int:
        """
        Seal all secrets again, nobody registering meanwhile; returns of how many webhooks.

        Args:
            rotated: Called once, before the first is read; what it gives turns a ciphertext into another of its text.
        """
        with writing(self._engine, Lock.WEBHOOK) as connection:
            again = rotated()
            rows = connection.execute(sa.select(W.webhook_id, *SEALED).with_for_update()).all()
            for row in rows:
                sealed = {c.name: None if row._mapping[c] is None else again(row._mapping[c]) for c in SEALED}
                _set(connection, row.webhook_id, None, **sealed)
            return len(rows)

    def delete(self, webhook_id: str, by: By | None) -> bool:
        with writing(self._engine) as connection:
            own = sa.select(W.webhook_id).where(*_its(webhook_id, by))
            # first, as who records deliveries takes them first: else the two could wait for each other
            connection.execute(sa.delete(deliveries).where(deliveries.c.webhook_id.in_(own)))
            gone = connection.execute(sa.delete(webhooks).where(*_its(webhook_id, by))).rowcount == 1
            if gone:
                self._note(connection, by, Action.WEBHOOK_DELETE, webhook_id)
            return gone

    def _note(self, connection: sa.Connection, by: By | None, action: Action, webhook_id: str) -> None:
        audit.write(connection, by, action, webhook_id, self._now(connection))


def _its(webhook_id: str, by: By | None) -> list[sa.ColumnElement[bool]]:
    """The registration, as far as who asks may know of it."""
    return [W.webhook_id == webhook_id, *([] if by is None else [W.customer_id == by.customer_id])]


def _set(connection: sa.Connection, webhook_id: str, by: By | None, **values: object) -> bool:
    return connection.execute(sa.update(webhooks).where(*_its(webhook_id, by)).values(values)).rowcount == 1


def _same(webhook: Webhook, other: Webhook) -> bool:
    return webhook.url == other.url and set(webhook.events) == set(other.events)


def _of_customer(connection: sa.Connection, customer_id: str) -> list[Webhook]:
    """All of a customer's registrations, oldest first: few enough to be compared one by one."""
    query = sa.select(webhooks).where(webhooks.c.customer_id == customer_id)
    return [_webhook(row) for row in connection.execute(query.order_by(webhooks.c.created_at, webhooks.c.webhook_id))]


def _insert(connection: sa.Connection, webhook: Webhook) -> None:
    """The new registration; its events as a JSON list of names."""
    names = [event.value for event in webhook.events]
    connection.execute(sa.insert(webhooks).values({**vars(webhook), "events": names}))


def _webhook(row: sa.Row[Any]) -> Webhook:
    values = dict(row._mapping)
    return Webhook(**{**values, "events": tuple(EventType(name) for name in values["events"])})
