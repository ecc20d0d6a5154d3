"""What one can ask of the audit trail: a page of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Policy, Scope
from lookalike.audit import Action, AuditStore, Entry, Query
from lookalike.clock import timestamp
from lookalike.operations.listing import demand_order, next_offset


@dataclass(frozen=True)
class Trail:
    """What to list; times inclusive and with a zone."""

    action: Action | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Audit:
    """The verb."""

    store: AuditStore
    policy: Policy

    def list(self, principal: Principal, asked: Trail) -> dict[str, Any]:
        """
        One page of what was done for the customer, newest first, with the total and the next page's offset.

        A token of some projects is shown what was done to their jobs: webhooks belong to no project.

        Raises:
            ValidationError: start after end.
        """
        self.policy.demand(principal, Scope.AUDIT_READ)
        demand_order(asked.start, asked.end)
        entries, total = self.store.find(Query(principal.customer_id, principal.projects, **vars(asked)))
        return {
            "entries": [_shown(entry) for entry in entries],
            "total": total,
            "next_offset": next_offset(asked.offset, len(entries), total),
        }


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.entry_id,
        "created_at": timestamp(entry.created_at),
        "customer_id": entry.customer_id,
        "project_id": entry.project_id,
        "actor": entry.actor,
        "action": entry.action.value,
        "object_id": entry.object_id,
        "request_id": entry.request_id,
    }
