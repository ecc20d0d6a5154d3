"""How the queue and the deliveries stand, put together from what the database is asked."""

from datetime import datetime

import sqlalchemy as sa

from lookalike.jobs.standing import WAITING, Standing
from lookalike.jobs.states import LIVE, JobStatus
from lookalike.ledger import statements
from lookalike.ledger.database import now, reading
from lookalike.ledger.outbox import with_something_due
from lookalike.ledger.tables import deliveries, jobs
from lookalike.webhooks.outbox import DeliveryStatus
from lookalike.webhooks.standing import DeliveryStanding


def standing(engine: sa.Engine, alive_s: float) -> Standing:
    """One look; a supervisor seen within `alive_s` is live."""
    with reading(engine) as connection:
        counts: dict[JobStatus, int] = {status: statements.n_in(connection, (status,)) for status in sorted(LIVE)}
        oldest = _oldest_waiting(connection)
        moment = now(connection)
        live = statements.live_workers(connection, alive_s, moment)
    waited_s = 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds())
    return Standing(counts, waited_s, len(live))


def delivery_standing(engine: sa.Engine) -> DeliveryStanding:
    """One look."""
    pending = sa.select(sa.func.count()).where(deliveries.c.status == DeliveryStatus.PENDING.value)
    with reading(engine) as connection:
        n_pending = connection.execute(pending).scalar_one()
        moment = now(connection)
        due = connection.execute(with_something_due(moment)).all()
    waited = [moment - max(row.next_due, row.attempted_at or row.next_due) for row in due]
    return DeliveryStanding(n_pending, max((wait.total_seconds() for wait in waited), default=0.0))


def _oldest_waiting(connection: sa.Connection) -> datetime | None:
    """When the job that has waited longest was submitted: the first sign of a queue that does not move."""
    query = sa.select(sa.func.min(jobs.c.submitted_at)).where(jobs.c.status.in_([s.value for s in WAITING]))
    oldest: datetime | None = connection.execute(query).scalar_one()
    return oldest
