"""How the service is: what its parts say of themselves, never later than told, whatever hangs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lookalike.errors import LookalikeError, ObjectMissing
from lookalike.jobs import JobStore
from lookalike.operations.paths import OURS
from lookalike.operations.probe import TIMEOUT_S, Probe
from lookalike.storage import Bucket
from lookalike.version import VERSION
from lookalike.webhooks.standing import OVERDUE_S, DeliveryStanding

DATABASE = "database"


class Condition(StrEnum):
    """How well a part is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True)
class Component:
    """What is said of one part."""

    name: str
    condition: Condition
    message: str | None = None
    details: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """`ComponentStatus` of the API."""
        details = None if self.details is None else dict(self.details)
        return {"name": self.name, "status": self.condition.value, "message": self.message, "details": details}


@dataclass(frozen=True)
class Sources:
    """
    Whom to ask.

    Attributes:
        ping: Returns if the database answers, raises if not.
        buckets: All buckets the service uses, the work bucket among them; asked each time.
        alive_s: A supervisor seen within that time is live.
    """

    store: JobStore
    deliveries: Callable[[], DeliveryStanding]
    ping: Callable[[], None]
    buckets: Callable[[], Sequence[Bucket]]
    alive_s: float


@dataclass(frozen=True)
class Health:
    """The check; `sources` are asked side by side."""

    sources: Sources
    timeout_s: float = TIMEOUT_S
    _probes: Mapping[str, Probe[Component]] = field(init=False)

    def __post_init__(self) -> None:
        asks = {
            "application": self._application,
            "pipeline": self._pipeline,
            DATABASE: self._database,
            "storage": self._storage,
            "webhooks": self._webhooks,
        }
        object.__setattr__(self, "_probes", {name: Probe(ask) for name, ask in asks.items()})

    async def check(self) -> tuple[Condition, list[Component]]:
        """The whole and its parts: unhealthy if the database is down, degraded if anything else is not well."""
        components = await self._answers(list(self._probes))
        conditions = {component.condition for component in components}
        worst = next(c for c in (Condition.UNHEALTHY, Condition.DEGRADED, Condition.HEALTHY) if c in conditions)
        return worst, components

    async def ready(self) -> Component:
        """Whether requests can be served: what the database says."""
        return (await self._answers([DATABASE]))[0]

    async def _answers(self, names: Sequence[str]) -> list[Component]:
        futures = {name: asyncio.wrap_future(self._probes[name].start()) for name in names}
        done, _ = await asyncio.wait(futures.values(), timeout=self.timeout_s)
        late = f"did not answer in {self.timeout_s:g} s"
        return [
            (future.result() or _unwell(name, "does not work")) if future in done else _unwell(name, late)
            for name, future in futures.items()
        ]

    def _application(self) -> Component:
        return Component("application", Condition.HEALTHY, details={"version": VERSION})

    def _database(self) -> Component:
        self.sources.ping()
        return Component(DATABASE, Condition.HEALTHY)

    def _pipeline(self) -> Component:
        backlog = self.sources.store.backlog(self.sources.alive_s)
        well = backlog.live_workers > 0
        return Component(
            "pipeline",
            Condition.HEALTHY if well else Condition.DEGRADED,
            None if well else "No worker is running; jobs wait.",
            vars(backlog),
        )

    def _storage(self) -> Component:
        buckets = self.sources.buckets()
        failing = sum(not _answers(bucket) for bucket in buckets)
        return Component(
            "storage",
            Condition.DEGRADED if failing else Condition.HEALTHY,
            "A bucket does not answer." if failing else None,
            {"buckets": len(buckets), "failing": failing},
        )

    def _webhooks(self) -> Component:
        standing = self.sources.deliveries()
        late = standing.overdue_s > OVERDUE_S
        return Component(
            "webhooks",
            Condition.DEGRADED if late else Condition.HEALTHY,
            "Deliveries wait: no worker sends them, or too many receivers hang." if late else None,
            vars(standing),
        )


def _answers(bucket: Bucket) -> bool:
    try:
        bucket.head(f"{OURS}/health")
    except ObjectMissing:
        return True
    except LookalikeError:
        return False
    return True


def _unwell(name: str, what: str) -> Component:
    condition = Condition.UNHEALTHY if name == DATABASE else Condition.DEGRADED
    return Component(name, condition, f"The {name} {what}.")
