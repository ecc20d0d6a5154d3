"""What must be true when the storm is over, read from the database, the buckets, the notes of the children."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from chaos.child import STAND_IN
from chaos.jobs import Asked, digest, stand_in_digest
from chaos.storm import Storm
from lookalike.audit import Action
from lookalike.jobs.states import ENDED, MOVES, JobStatus
from lookalike.ledger.tables import audit, events

S = JobStatus


def broken(storm: Storm, engine: sa.Engine) -> list[str]:
    """Every promise that was broken, in a sentence."""
    told, trail = _told(engine), _trail(engine)
    home = storm.fleet.settings.home
    found = [f"a drain took {seconds:.1f} s" for seconds in storm.fleet.slow_drains]
    found += [f"process {process.pid} was left behind" for process in storm.fleet.groups()]
    for job_id, asked in storm.jobs.items():
        found += [f"{job_id} ({asked.kind}): {what}" for what in _of_job(storm, asked, told.get(job_id, []), home)]
        found += [f"{job_id}: {what}" for what in _audited(trail.get(job_id, Counter()), told.get(job_id, []))]
    return found + list(_stray(storm, home))


def kept(storm: Storm) -> list[str]:
    """What is still there of jobs whose retention is over."""
    rows = [f"{job_id}: its record is kept" for job_id in storm.jobs if storm.store.get(job_id) is not None]
    work = storm.fleet.settings.home / "work" / "jobs"
    return rows + [f"{path} is kept" for path in (work.rglob("*") if work.exists() else ()) if path.is_file()]


def _told(engine: sa.Engine) -> dict[str, list[dict[str, object]]]:
    """The events of each job, in order."""
    told: dict[str, list[dict[str, object]]] = {}
    query = sa.select(events.c.job_id, events.c.type, events.c.sequence, events.c.data)
    with engine.connect() as connection:
        for job_id, kind, sequence, data in connection.execute(query.order_by(events.c.job_id, events.c.sequence)):
            told.setdefault(job_id, []).append({**data, "type": kind, "number": sequence})
    return told


def _trail(engine: sa.Engine) -> dict[str, Counter[str]]:
    """How often each action stands in the audit trail, for each job."""
    trail: dict[str, Counter[str]] = {}
    with engine.connect() as connection:
        for job_id, action in connection.execute(sa.select(audit.c.object_id, audit.c.action)):
            trail.setdefault(job_id, Counter())[action] += 1
    return trail


def _audited(trail: Counter[str], told: list[dict[str, object]]) -> Iterator[str]:
    """What only people do was written down as often as it was done."""
    moves = Counter(pairwise(S(str(event["status"])) for event in told))
    done = {
        Action.JOB_CREATE: 1,
        Action.JOB_RESUME: moves[S.PAUSED, S.QUEUED],
        Action.JOB_CANCEL: sum(n for (before, after), n in moves.items() if before is not after is S.CANCELLED),
    }
    for action, times in done.items():
        if trail[action] != times:
            yield f"{action} was done {times} times and written down {trail[action]} times"


def _of_job(storm: Storm, asked: Asked, told: list[dict[str, object]], home: Path) -> Iterator[str]:
    job = storm.store.get(asked.new.job_id)
    if job is None:
        yield "it is lost"
        return
    if job.status not in ENDED or job.status is S.FAILED:
        yield f"it is {job.status} ({job.error_code})"
    statuses = [S(str(event["status"])) for event in told]
    if [event["number"] for event in told] != list(range(1, job.sequence + 1)):
        yield "its events are not numbered without a gap"
    if [status in ENDED for status in statuses].count(True) != 1 or statuses[-1] is not job.status:
        yield f"its end was told as {[str(status) for status in statuses if status in ENDED]}"
    for before, after in pairwise(statuses):
        if before is not after and after not in MOVES[before]:
            yield f"it moved from {before} to {after}"
    yield from _counts(job.retry_count, job.epoch, told, statuses)
    yield from _writers(home / "notes" / job.job_id, job.epoch)
    yield from _output(storm, asked, job.status, home / "buckets" / "out")


def _counts(retries: int, epoch: int, told: list[dict[str, object]], statuses: list[S]) -> Iterator[str]:
    """Each restart is counted once, when a running job went back to the queue; each claim is one epoch."""
    counts = [int(event["metadata"]["retry_count"]) for event in told]  # type: ignore[index]  # JSON
    steps = [
        (before, after, b - a) for (before, after), (a, b) in zip(pairwise(statuses), pairwise(counts), strict=True)
    ]
    if any(step and (before, after, step) != (S.RUNNING, S.QUEUED, 1) for before, after, step in steps):
        yield "a restart was counted where there was none"
    if counts[-1] != retries:
        yield f"{retries} restarts are counted, {counts[-1]} were told"
    claims = sum(before is S.QUEUED and after is S.RUNNING for before, after, _ in steps)
    if claims != epoch:
        yield f"it was claimed {claims} times and is in epoch {epoch}"


def _writers(notes: Path, epoch: int) -> Iterator[str]:
    """No attempt worked while a later one did, and none that the database does not know."""
    spans: dict[int, list[float]] = {}
    for line in notes.read_text().splitlines() if notes.exists() else ():
        number, _, moment, _ = line.split()
        spans.setdefault(int(number), []).append(float(moment))
    if spans and max(spans) > epoch:
        yield "it was worked at in an epoch that never was"
    for earlier, later in pairwise(sorted(spans)):
        if max(spans[earlier]) > min(spans[later]):
            yield f"attempts {earlier} and {later} worked at it at the same time"


def _output(storm: Storm, asked: Asked, status: S, out: Path) -> Iterator[str]:
    path, manifest = out / asked.path, out / f"{asked.path}.manifest.json"
    there = [each.name for each in (path, manifest) if each.exists()]
    if status is not S.COMPLETED and there:
        yield f"it is {status}, and its output is there"
    if status is S.COMPLETED and len(there) < 2:
        yield "it is completed, and its output is not there"
    if status is S.COMPLETED and len(there) == 2:
        if digest(path) != (stand_in_digest() if asked.kind == STAND_IN else storm.table):
            yield "its output is not what an undisturbed run gives"
        if json.loads(manifest.read_text())["job_id"] != asked.new.job_id:
            yield "its manifest is another job's"


def _stray(storm: Storm, home: Path) -> Iterator[str]:
    """Files in the output bucket that belong to no job: parts that wait, halves of writes."""
    ours = {name for asked in storm.jobs.values() for name in (asked.path, f"{asked.path}.manifest.json")}
    out = home / "buckets" / "out"
    for path in out.rglob("*"):
        if path.is_file() and str(path.relative_to(out)) not in ours:
            yield f"{path.relative_to(out)} lies about in the output bucket"
