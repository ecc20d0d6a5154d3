"""How long each verb of the store takes in a crowded database."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import sqlalchemy as sa

from bench.serving.crowd import CROWDED, LEASE_S, RETENTION, customer
from bench.serving.submissions import BY, new_job, submission
from lookalike.jobs import Beat, Idempotency, Limits, Query
from lookalike.jobs.job import Job
from lookalike.jobs.states import JobStatus
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.standing import standing

T = TypeVar("T")

ROUNDS = 21
DEEP = 50_000
PAGE = 10
ALIVE_S = 10.0
LIMITS = Limits(running_per_customer=4, queued_per_customer=1_000)


@dataclass(frozen=True)
class Times:
    """Milliseconds of each call of one verb."""

    verb: str
    median_ms: float
    max_ms: float


@dataclass
class Stopwatch:
    """Times of verbs, in the order in which they were first called; the first round is to warm up and left out."""

    _ms: dict[str, list[float]] = field(default_factory=dict)

    def time(self, verb: str, call: Callable[[], T]) -> T:
        begun = time.perf_counter()
        value = call()
        self._ms.setdefault(verb, []).append(1_000 * (time.perf_counter() - begun))
        return value

    def times(self) -> Iterator[Times]:
        for verb, ms in self._ms.items():
            yield Times(verb, statistics.median(ms[1:]), max(ms[1:]))


def measured(engine: sa.Engine) -> list[Times]:
    """Rounds of all verbs; each round brings a job from its submission to its end."""
    store, watch = SqlJobStore(engine, RETENTION), Stopwatch()
    for number in range(1 + ROUNDS):
        _questions(store, engine, watch)
        _life(store, watch, number)
    return list(watch.times())


def _questions(store: SqlJobStore, engine: sa.Engine, watch: Stopwatch) -> None:
    now, everything = datetime.now(UTC), Query(CROWDED, limit=PAGE)
    week = replace(everything, start=now - timedelta(days=20), end=now - timedelta(days=13))
    jobs, _ = watch.time("list, first page", partial(store.find, everything))
    watch.time(f"list, offset {DEEP:,}", partial(store.find, replace(everything, offset=DEEP)))
    watch.time("list, one status", partial(store.find, replace(everything, status=JobStatus.COMPLETED)))
    watch.time("list, one status, a week", partial(store.find, replace(week, status=JobStatus.COMPLETED)))
    some = replace(everything, projects=frozenset({"bench-3"}))
    watch.time("list, one project", partial(store.find, some))
    watch.time(f"list, one project, offset {DEEP // 10:,}", partial(store.find, replace(some, offset=DEEP // 10)))
    watch.time("list, a customer with little", partial(store.find, Query(customer(7), limit=PAGE)))
    watch.time("get", partial(store.get, jobs[0].job_id))
    watch.time("health (backlog)", partial(store.backlog, ALIVE_S))
    watch.time("metrics (standing)", partial(standing, engine, ALIVE_S))


def _life(store: SqlJobStore, watch: Stopwatch, number: int) -> None:
    """A newcomer's job is admitted and claimed; all others of the crowd have had their share."""
    new = new_job(submission(f"new/{number}.csv", 1_000), customer(number % 10))
    key = Idempotency(f"key-{number}", "0" * 64)
    watch.time("submit", partial(store.submit, new, LIMITS, key, BY))
    prefix = new_job(submission(f"new/{number}/", 1_000), customer(number % 10))
    watch.time("submit, output a prefix", partial(store.submit, prefix, LIMITS, None, BY))
    watch.time("admit, none fits", partial(store.admit, LIMITS))
    store.submit(new_job(submission(f"newcomer/{number}.csv", 1_000), f"newcomer-{number}"), LIMITS, None, BY)
    watch.time("admit, one fits", partial(store.admit, LIMITS))
    job = watch.time("claim", partial(store.claim, "bench", LEASE_S, LIMITS))
    if job is None:
        raise AssertionError("there are queued jobs, and none could be claimed")
    _run(store, watch, job)


def _run(store: SqlJobStore, watch: Stopwatch, job: Job) -> None:
    watch.time("beat", partial(store.beat, job, Beat(running_s=1.0, progress=10, work=job.work), LEASE_S))
    watch.time("suspects", partial(store.suspects, LEASE_S))
    watch.time("finish", partial(store.finish, job, JobStatus.COMPLETED, None, Beat(running_s=2.0)))
    watch.time("sweep", store.sweep)
    watch.time("littered", store.littered)
    store.tidied(job)
