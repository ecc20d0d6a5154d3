"""
The service: what requests, jobs and the death of a worker cost, on each kind of database.

Everything runs on loopback, client and service on the same processors. wrk sends the load.
"""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from chaos.databases import KINDS

from bench import Options
from bench.measuring.markdown import grid, rate
from bench.measuring.showing import show
from bench.serving import crowd, latency, load, rates, takeover, verbs, wrk
from bench.serving.service import TITLES
from lookalike.ledger.database import open_engine, prepare


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    if not wrk.available():
        print("bench: wrk is not there; on Debian: apt-get install wrk", file=sys.stderr)
        return 1
    return show("service", _tables, options)


def _tables() -> Iterable[str]:
    kinds = list(KINDS)
    yield grid(
        ("request", "database", "connections", "a second", "p50, ms", "p99, ms"),
        [
            (
                p.request,
                p.database,
                f"{p.connections}",
                rate(p.pace.per_s),
                f"{p.pace.p50_ms:.1f}",
                f"{p.pace.p99_ms:.1f}",
            )
            for kind in kinds
            for p in load.measured(kind)
        ],
    )
    yield grid(
        ("jobs", "database", "slots", "jobs", "jobs/s"),
        [
            (r.jobs, r.database, f"{r.slots}", f"{r.n_jobs}", f"{r.n_jobs / r.seconds:.2f}")
            for kind in kinds
            for r in rates.measured(kind)
        ],
    )
    yield grid(
        ("1,000 rows of adult.csv, CSV", "database", "jobs", "accept to done, median s", "most s"),
        [
            ("evaluated" if w.evaluated else "not evaluated", w.database, f"{len(w.seconds)}", *_spread(w.seconds))
            for kind in kinds
            for w in latency.measured(kind)
        ],
    )
    yield grid(
        ("takeover, lease", "database", "times", "median s", "most s"),
        [
            (f"{t.lease_s} s", t.database, f"{len(t.seconds)}", *_spread(t.seconds))
            for kind in kinds
            for t in takeover.measured(kind)
        ],
    )
    yield _crowded(kinds)


def _crowded(kinds: Sequence[str]) -> str:
    """One row a verb, the databases side by side."""
    found = {kind: {times.verb: times for times in _verbs(kind)} for kind in kinds}
    titles = [f"{TITLES[kind]}, {what} ms" for kind in kinds for what in ("median", "most")]
    rows = [
        (verb, *(f"{ms:.1f}" for kind in kinds for ms in (found[kind][verb].median_ms, found[kind][verb].max_ms)))
        for verb in found[kinds[0]]
    ]
    return grid(("verb", *titles), rows)


def _verbs(kind: str) -> list[verbs.Times]:
    with tempfile.TemporaryDirectory(prefix="bench") as folder, KINDS[kind](Path(folder)) as url:
        engine = open_engine(url)
        try:
            prepare(engine)
            crowd.fill(engine, crowd.Crowd(), datetime.now(UTC))
            return verbs.measured(engine)
        finally:
            engine.dispose()


def _spread(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{median(seconds):.2f}", f"{max(seconds):.2f}"
