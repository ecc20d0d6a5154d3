"""`./run chaos [--minutes N] [--on KIND] [--without fence]`: a storm on each kind of database, then the invariants."""

import argparse
import random
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from math import ceil
from pathlib import Path

import sqlalchemy as sa

from chaos import invariants
from chaos.databases import KINDS
from chaos.fleet import Fleet
from chaos.jobs import lay_out
from chaos.storm import Storm
from lookalike.ledger.database import open_engine, prepare
from lookalike.ledger.jobs import SqlJobStore
from lookalike.settings import Settings

SUPERVISORS, LEASE_S = 3, 2.0
JOBS = {"slots": 2, "lease_s": LEASE_S, "beat_s": 0.2, "max_restarts": 1000, "retention_days": 30}
JOBS_A_MINUTE, FAULTS_A_MINUTE = 60, 30  # fewer is no storm
SHOWN = 20
FORGET_S = 60.0


def main() -> int:
    """0 if all is as it must be; 1 if a promise was broken, or too little happened to say so."""
    asked = _parser().parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(2**32)
    print(f"seed {seed}")
    random.seed(seed)
    kinds = asked.on or list(KINDS)
    results = [_storm(kind, 60 * asked.minutes / len(kinds), asked.without) for kind in kinds]
    return max(results)


def _storm(kind: str, seconds: float, without: str) -> int:
    with tempfile.TemporaryDirectory(prefix="chaos") as folder, KINDS[kind](Path(folder)) as url:
        settings = Settings.model_validate(
            {"home": folder, "database": url, "jobs": JOBS, "compute": {"workers": 1}, "work_bucket": "file:work"}
        )
        lay_out(settings.home)
        engine = open_engine(url)
        try:
            prepare(engine)
            storm = Storm(SqlJobStore(engine, timedelta(days=30)), Fleet(settings, SUPERVISORS, without), LEASE_S)
            return _judge(kind, seconds, storm, engine)
        finally:
            engine.dispose()


def _judge(kind: str, seconds: float, storm: Storm, engine: sa.Engine) -> int:
    with closing(storm.fleet):
        storm.blow(seconds, *_enough(seconds))
        _wait_for_tidying(storm)
    restarts = sum(job.retry_count for job in map(storm.store.get, storm.jobs) if job is not None)
    wrong = invariants.broken(storm, engine)
    wrong += _forget(storm)
    wrong += _too_little(storm, seconds)
    _show(kind, storm, restarts, wrong)
    return int(bool(wrong))


def _wait_for_tidying(storm: Storm) -> None:
    """Litter of jobs is taken away soon after their end; give it that time."""
    end = time.monotonic() + FORGET_S
    while time.monotonic() < end and any(job.litter for job in map(storm.store.get, storm.jobs) if job is not None):
        storm.fleet.tend()
        time.sleep(0.2)


def _forget(storm: Storm) -> list[str]:
    """Let all records expire: nothing may be kept of them."""
    for job_id in storm.jobs:
        storm.store.dismiss(job_id, None)
    after = Fleet(storm.fleet.settings, 1, "")
    with closing(after):
        end = time.monotonic() + FORGET_S
        while time.monotonic() < end and invariants.kept(storm):
            after.tend()
            time.sleep(0.5)
    return invariants.kept(storm)


def _too_little(storm: Storm, seconds: float) -> list[str]:
    n_jobs, n_faults = len(storm.jobs), storm.faults.total()
    jobs, faults = _enough(seconds)
    return [] if n_jobs >= jobs and n_faults >= faults else [f"{n_jobs} jobs and {n_faults} faults are too few"]


def _enough(seconds: float) -> tuple[int, int]:
    """How many jobs and faults make a storm of so many seconds."""
    return ceil(JOBS_A_MINUTE * seconds / 60), ceil(FAULTS_A_MINUTE * seconds / 60)


def _show(kind: str, storm: Storm, restarts: int, wrong: list[str]) -> None:
    ended = [asked.kind for asked in storm.jobs.values()]
    print(f"{kind}: {len(ended)} jobs ({ended.count('tabular')} of them real), {storm.faults.total()} faults")
    for name, count in sorted(storm.faults.items()):
        print(f"  {count:5} {name}")
    print(f"  {restarts:5} restarts")
    for what in wrong[:SHOWN]:
        print(f"  BROKEN: {what}")
    if len(wrong) > SHOWN:
        print(f"  and {len(wrong) - SHOWN} more")
    print("  " + ("every promise was kept" if not wrong else f"{len(wrong)} promises were broken"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run chaos", description="A storm, then the invariants.", allow_abbrev=False)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long, over all kinds of database  [1]")
    parser.add_argument("--on", action="append", choices=sorted(KINDS), help="only on this kind of database")
    parser.add_argument("--without", choices=["fence"], default="", help="take this safety away: it must fail then")
    parser.add_argument("--seed", type=int, help="of what happens when  [drawn]")
    return parser


if __name__ == "__main__":
    sys.exit(main())
