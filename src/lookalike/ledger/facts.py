"""What all processes of a service must agree on, kept where all of them look."""

from datetime import timedelta

import sqlalchemy as sa

from lookalike.ledger import statements
from lookalike.ledger.database import Lock, now, reading, writing
from lookalike.ledger.tables import facts


def agree(engine: sa.Engine, name: str, value: str, alive_s: float) -> bool:
    """
    Whether `value` is what the service's processes agree on under `name`.

    The first one to come decides; so does whoever comes when all others have been gone for `alive_s`.
    """
    with writing(engine, Lock.FACTS) as connection:
        moment = now(connection)
        known = connection.execute(sa.select(facts.c.value, facts.c.told_at).where(facts.c.name == name)).one_or_none()
        if known is not None and known.value != value:
            just_told = moment - known.told_at < timedelta(seconds=alive_s)
            if just_told or statements.live_workers(connection, alive_s, moment):
                return False
        connection.execute(sa.delete(facts).where(facts.c.name == name))
        connection.execute(sa.insert(facts).values(name=name, value=value, told_at=moment))
        return True


def known(engine: sa.Engine, name: str) -> str | None:
    """What they agree on under `name`; None if nobody has told yet."""
    with reading(engine) as connection:
        told: str | None = connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()
    return told
