"""How the queue stands, put together from what the database is asked."""

from datetime import datetime

import sqlalchemy as sa

from lookalike.jobs.standing import WAITING, Standing
from lookalike.jobs.states import LIVE, JobStatus
from lookalike.ledger import statements
from lookalike.ledger.database import now, reading
from lookalike.ledger.tables import jobs


def standing(engine: sa.Engine, alive_s: float) -> Standing:
    """One look; a supervisor seen within `alive_s` is live."""
    with reading(engine) as connection:
        counts: dict[JobStatus, int] = {status: statements.n_in(connection, (status,)) for status in sorted(LIVE)}
        oldest = _oldest_waiting(connection)
        moment = now(connection)
        live = statements.live_workers(connection, alive_s, moment)
    waited_s = 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds())
    return Standing(counts, waited_s, len(live))


def _oldest_waiting(connection: sa.Connection) -> datetime | None:
    """When the job that has waited longest was submitted: the first sign of a queue that does not move."""
    query = sa.select(sa.func.min(jobs.c.submitted_at)).where(jobs.c.status.in_([s.value for s in WAITING]))
    oldest: datetime | None = connection.execute(query).scalar_one()
    return oldest
