"""The store against a small model of it: whatever two supervisors and a customer do, in whatever order, both agree."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as explore

from lookalike.audit import Action
from lookalike.errors import ActionRefused, QuotaExceeded
from lookalike.jobs import Beat, Limits, Query
from lookalike.jobs.job import NewJob
from lookalike.jobs.states import ENDED, MOVES, JobStatus
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.tables import audit, metadata
from somebody import somebody_of

S = JobStatus
LIMITS = Limits(running_per_customer=2, queued_per_customer=4)
LEASE_S, WINDOW_S, RESTARTS, RETENTION = 30, 50, 1, timedelta(days=30)
CUSTOMERS = ("ada", "bob")
SUPERVISORS = ("one", "two")


def seconds(n):
    return timedelta(seconds=n)


@dataclass
class Model:
    """All that decides what may happen to a job."""

    customer: str
    submitted: tuple
    status: JobStatus = S.INITIALIZED
    turn: int = 0
    owner: str | None = None
    epoch: int = 0
    retries: int = 0
    publishing: bool = False
    lease_until: datetime | None = None
    beat_at: datetime | None = None
    deadline: datetime | None = None
    expires: datetime | None = None
    progress: int = 0
    running_s: float = 0.0
    litter: bool = False

    def may(self, target):
        return target in MOVES[self.status] and not (self.publishing and target in (S.CANCELLED, S.PAUSED))

    def end(self, status, now):
        self.status, self.expires = status, now + RETENTION

    def crash(self, now):
        if self.retries >= RESTARTS:
            self.end(S.FAILED, now)
        else:
            self.status, self.retries, self.owner, self.lease_until = S.QUEUED, self.retries + 1, None, None

    @property
    def lease(self):
        return self.epoch, self.beat_at


class Store(RuleBasedStateMachine):
    jobs = Bundle("jobs")
    claims = Bundle("claims")
    suspicions = Bundle("suspicions")

    def __init__(self, engine):
        super().__init__()
        self.engine = engine

    @initialize()
    def open(self):
        with self.engine.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(sa.delete(table))
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.store = SqlJobStore(self.engine, RETENTION, lambda connection: self.now)
        self.models, self.n_jobs, self.asked = {}, 0, []

    def those(self, *statuses, customer=None):
        return [m for m in self.models.values() if m.status in statuses and customer in (None, m.customer)]

    def turn(self, customer):
        running, queued = ([m.turn for m in self.those(status)] for status in (S.RUNNING, S.QUEUED))
        current = max(running) if running else min(queued, default=0)
        return max([current, *(m.turn + 1 for m in self.those(S.QUEUED, S.RUNNING, customer=customer))])

    # ── the customers ──

    @rule(target=jobs, customer=st.sampled_from(CUSTOMERS))
    def submit(self, customer):
        self.n_jobs += 1
        job_id = f"{self.n_jobs:036}"
        new = NewJob(job_id, customer, "p", {"output_location": {"bucket": "out", "path": job_id}}, {}, 60, WINDOW_S)
        full = len(self.those(S.INITIALIZED, S.QUEUED, S.PAUSED, customer=customer)) >= LIMITS.queued_per_customer
        try:
            self.store.submit(new, LIMITS, None, somebody_of(customer))
        except QuotaExceeded:
            assert full
            return multiple()
        assert not full
        self.models[job_id] = Model(customer, (self.now, job_id))
        self.asked.append((job_id, Action.JOB_CREATE, self.now))
        return job_id

    @rule(job_id=jobs, verb=st.sampled_from(["cancel", "pause", "resume"]))
    def ask(self, job_id, verb):
        if job_id not in self.models:
            return
        model, turn = self.models[job_id], self.turn(self.models[job_id].customer)
        target = {"cancel": S.CANCELLED, "pause": S.PAUSED, "resume": S.QUEUED}[verb]
        if verb == "resume":
            granted = model.status is S.PAUSED and self.now <= model.deadline
        else:
            granted = model.may(target) or model.status is target
        try:
            getattr(self.store, verb)(job_id, somebody_of(model.customer))
        except ActionRefused:
            assert not granted
            return
        assert granted
        if target is model.status:
            return
        self.asked.append((job_id, f"job.{verb}", self.now))
        if target is S.CANCELLED:
            model.end(target, self.now)
        else:
            model.status, model.owner = target, None
        if target is S.PAUSED:
            model.deadline = self.now + seconds(WINDOW_S)
        if target is S.QUEUED:
            model.turn = turn

    # ── time ──

    @rule(n=st.sampled_from([0.001, 1, 10, 31, 51]))
    def wait(self, n):
        self.now += seconds(n)

    @rule(n=st.sampled_from([-3600, 3600, 31 * 86_400]))
    def somebody_sets_the_clock(self, n):
        self.now += seconds(n)

    # ── two supervisors ──

    @rule()
    def admit(self):
        expected = 0
        for model in sorted(self.those(S.INITIALIZED), key=lambda m: m.submitted):
            if len(self.those(S.QUEUED, S.RUNNING, customer=model.customer)) < LIMITS.running_per_customer:
                model.turn = self.turn(model.customer)
                model.status = S.QUEUED
                expected += 1

        assert expected == self.store.admit(LIMITS)

    @rule(target=claims, owner=st.sampled_from(SUPERVISORS))
    def claim(self, owner):
        def has_room(model):
            return len(self.those(S.RUNNING, customer=model.customer)) < LIMITS.running_per_customer

        waiting = [(m.turn, m.submitted) for m in self.those(S.QUEUED) if has_room(m) and not self.may_be_dying(m)]
        job = self.store.claim(owner, LEASE_S, LIMITS)

        assert (min(waiting)[1][1] if waiting else None) == (job and job.job_id)
        if job is None:
            return multiple()
        model = self.models[job.job_id]
        model.status, model.epoch, model.owner, model.litter = S.RUNNING, model.epoch + 1, owner, True
        model.lease_until, model.beat_at = self.now + seconds(LEASE_S), self.now
        return job

    def may_be_dying(self, model):
        return model.lease_until and self.now < model.lease_until <= self.now + seconds(LEASE_S)

    @rule(job=claims)
    def bury(self, job):
        self.store.attempt_over(job)
        model = self.models.get(job.job_id)
        if model and model.status is not S.RUNNING and model.epoch == job.epoch:
            model.lease_until = None

    def own(self, job):
        model = self.models.get(job.job_id)
        return model if model and model.status is S.RUNNING and model.epoch == job.epoch else None

    @rule(job=claims, progress=st.integers(0, 99), more_s=st.sampled_from([0, 5.0]))
    def beat(self, job, progress, more_s):
        model = self.own(job)
        told = Beat(job.running_s + more_s, progress=progress)

        assert (model is not None) is self.store.beat(job, told, LEASE_S)
        if model is not None:
            model.progress, model.running_s = max(model.progress, progress), max(model.running_s, told.running_s)
            model.lease_until, model.beat_at = self.now + seconds(LEASE_S), self.now

    @rule(job=claims, how=st.sampled_from(["publish", "complete", "fail", "release", "crash"]))
    def end(self, job, how):
        model = self.own(job)
        does = {
            "publish": lambda: self.store.begin_publishing(job),
            "complete": lambda: self.store.finish(job, S.COMPLETED, None, Beat()),
            "fail": lambda: self.store.finish(job, S.FAILED, ("INTERNAL", "m"), Beat()),
            "release": lambda: self.store.release(job, Beat()),
            "crash": lambda: self.store.crash(job, Beat(), RESTARTS),
        }

        assert (model is not None) is does[how]()
        if model is None:
            return
        if how == "publish":
            model.publishing = True
        elif how == "crash":
            model.crash(self.now)
        elif how == "release":
            model.status, model.owner, model.lease_until = S.QUEUED, None, None
        else:
            model.end({"complete": S.COMPLETED, "fail": S.FAILED}[how], self.now)
        if how == "complete":
            model.progress = 100

    @rule(target=suspicions)
    def suspect(self):
        late = self.now + seconds(LEASE_S)
        over = {
            job_id
            for job_id, m in self.models.items()
            if m.status is S.RUNNING and (m.lease_until <= self.now or m.lease_until > late)
        }
        suspects = self.store.suspects(LEASE_S)

        assert over == {lease.job_id for lease in suspects}
        return multiple(*suspects)

    @rule(lease=suspicions)
    def recover(self, lease):
        model = self.models.get(lease.job_id)
        gone = model and model.status is S.RUNNING and model.lease == (lease.epoch, lease.beat_at)

        assert bool(gone) is self.store.recover(lease, RESTARTS)
        if gone:
            model.crash(self.now)

    @rule(job=claims)
    def tidy(self, job):
        self.store.tidied(job)
        model = self.models.get(job.job_id)
        if model and model.status in ENDED and model.epoch == job.epoch:
            model.litter = False

    @rule()
    def sweep(self):
        late = [m for m in self.those(S.PAUSED) if m.deadline < self.now]
        expired = {i for i, m in self.models.items() if m.status in ENDED and m.expires <= self.now and not m.litter}

        assert expired == set(self.store.sweep())
        for model in late:
            model.end(S.CANCELLED, self.now)
        for job_id in expired:
            assert self.store.forgotten(job_id)
            del self.models[job_id]

    # ── what always holds ──

    @invariant()
    def both_say_the_same(self):
        for job_id, model in getattr(self, "models", {}).items():
            job = self.store.get(job_id)

            assert (model.status, model.epoch, model.retries) == (job.status, job.epoch, job.retry_count)
            assert (model.publishing, model.progress) == (job.publishing, job.progress)
            assert (model.owner, model.running_s, model.turn) == (job.owner, job.running_s, job.turn)
            assert (job.status in ENDED) is (job.ended_at is not None) is (job.expires_at is not None)

    @invariant()
    def events_are_numbered_without_a_gap(self):
        query = sa.text("SELECT job_id, count(*), max(sequence) FROM events GROUP BY job_id")
        with self.engine.connect() as connection:
            found = {job_id: (n_events, last) for job_id, n_events, last in connection.execute(query)}

        assert set(getattr(self, "models", {})) == set(found)
        assert all(n_events == last == self.store.get(i).sequence for i, (n_events, last) in found.items())

    @invariant()
    def what_people_changed_is_written_down(self):
        query = sa.select(audit.c.object_id, audit.c.action, audit.c.created_at)
        with self.engine.connect() as connection:
            written = sorted(map(tuple, connection.execute(query)))

        assert sorted(getattr(self, "asked", [])) == written

    @invariant()
    def an_end_is_told_once_and_last(self):
        query = sa.text("SELECT job_id, data FROM events ORDER BY job_id, sequence").columns(data=sa.JSON)
        told = {}
        with self.engine.connect() as connection:
            for job_id, data in connection.execute(query):
                told.setdefault(job_id, []).append(data["status"])
        for job_id, model in getattr(self, "models", {}).items():
            ends = [status for status in told[job_id] if status in ENDED]

            assert ([model.status] if model.status in ENDED else []) == ends
            assert all(b in MOVES[JobStatus(a)] or a == b for a, b in zip(told[job_id], told[job_id][1:], strict=False))

    @invariant()
    def all_are_listed(self):
        for customer in CUSTOMERS:
            assert len(self.those(*S, customer=customer)) == self.store.find(Query(customer))[1]


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_store_and_model_agree(engine):
    """Any order of submitting, asking, claiming, beating, ending, crashing, expiring, setting the clock: both agree."""
    explore(
        partial(Store, engine),
        settings=settings(
            max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
