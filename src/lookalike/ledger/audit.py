"""`AuditStore` over the database, and the entries that other stores write."""

import uuid
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lookalike.audit import Action, By, Entry, Query
from lookalike.ledger.database import now, reading, writing
from lookalike.ledger.tables import audit

A = audit.c
COLUMNS = tuple(A[field.name] for field in fields(Entry))


class SqlAuditStore:
    """Entries in SQLite or PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, query: Query) -> tuple[list[Entry], int]:
        where = _matching(query)
        newest = sa.select(*COLUMNS).where(*where).order_by(A.created_at.desc(), A.entry_id.desc())
        count = sa.select(sa.func.count()).select_from(audit).where(*where)
        with reading(self._engine) as connection:
            rows = connection.execute(newest.limit(query.limit).offset(query.offset))
            return [_entry(row) for row in rows], connection.execute(count).scalar_one()

    def note(self, by: By, action: Action, object_id: str) -> None:
        with writing(self._engine) as connection:
            write(connection, by, action, object_id, now(connection))


def write(
    connection: sa.Connection,
    by: By | None,
    action: Action,
    object_id: str,
    now: datetime,
    project_id: str | None = None,
) -> None:
    """Note, in the transaction of a change, who asked for it; nothing if nobody did: the service itself acts."""
    if by is None:
        return
    row = {
        "entry_id": str(uuid.uuid4()),
        "created_at": now,
        "customer_id": by.customer_id,
        "project_id": project_id,
        "actor": by.subject,
        "action": action.value,
        "object_id": object_id,
        "request_id": by.request_id,
    }
    connection.execute(sa.insert(audit).values(row))


def drop_old(connection: sa.Connection, before: datetime) -> None:
    """Entries outlive the jobs and webhooks they tell of, but not for ever."""
    connection.execute(sa.delete(audit).where(A.created_at <= before))


def _matching(query: Query) -> list[sa.ColumnElement[bool]]:
    where = [A.customer_id == query.customer_id]
    if query.projects is not None:
        where.append(A.project_id.in_(sorted(query.projects)))  # webhooks' are null, so never among them
    if query.action is not None:
        where.append(A.action == query.action.value)
    if query.start is not None:
        where.append(A.created_at >= query.start)
    if query.end is not None:
        where.append(A.created_at <= query.end)
    return where


def _entry(row: sa.Row[Any]) -> Entry:
    values = dict(row._mapping)
    return Entry(**{**values, "action": Action(values["action"])})
