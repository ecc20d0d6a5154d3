"""The verbs of the store in a crowd, a small one here."""

from datetime import UTC, datetime

from bench.serving import crowd, verbs

from lookalike.ledger.database import open_engine, prepare

SMALL = crowd.Crowd(finished=200, crowded=120, queued=40, accepted=40, customers=6, at_limit=2)


def test_every_verb_finds_what_it_is_timed_on(database_url: str) -> None:
    """All verbs do their work among jobs of many customers, and each is timed."""
    engine = open_engine(database_url)
    try:
        prepare(engine)
        crowd.fill(engine, SMALL, datetime.now(UTC))
        times = {found.verb: found for found in verbs.measured(engine)}
    finally:
        engine.dispose()

    assert {"submit", "admit, one fits", "claim", "beat", "finish", "list, first page"} <= set(times)
    assert all(0 < found.median_ms <= found.max_ms for found in times.values())
