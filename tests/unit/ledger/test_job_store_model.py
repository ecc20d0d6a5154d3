"""The store against a small model of it: whatever is done in whatever order, both say the same."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from lookalike.errors import ActionRefused, QuotaExceeded
from lookalike.jobs import Beat, Limits, Query
from lookalike.jobs.job import NewJob
from lookalike.jobs.states import ENDED, MOVES, JobStatus
from lookalike.ledger.database import open_engine, upgrade
from lookalike.ledger.jobs import SqlJobStore

S = JobStatus
LIMITS = Limits(running_per_customer=2, queued_per_customer=4)
LEASE_S, WINDOW_S, RESTARTS = 30, 50, 1
CUSTOMERS = ("ada", "bob")


@dataclass
class Model:
    """All that decides what may happen to a job."""

    customer: str
    status: JobStatus = S.INITIALIZED
    epoch: int = 0
    retries: int = 0
    publishing: bool = False
    lease_until: datetime | None = None
    deadline: datetime | None = None
    progress: int = 0

    def may(self, target):
        return target in MOVES[self.status] and not (self.publishing and target in (S.CANCELLED, S.PAUSED))

    def crash(self):
        self.status = S.FAILED if self.retries >= RESTARTS else S.QUEUED
        self.retries += self.status is S.QUEUED


class Store(RuleBasedStateMachine):
    jobs = Bundle("jobs")
    claims = Bundle("claims")

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.engine = open_engine(f"sqlite:///{Path(self.folder.name)}/model.db")
        upgrade(self.engine)
        self.store = SqlJobStore(self.engine, timedelta(days=30))
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.models = {}

    def teardown(self):
        self.engine.dispose()
        self.folder.cleanup()

    def count(self, customer, *statuses):
        return sum(model.customer == customer and model.status in statuses for model in self.models.values())

    @rule(target=jobs, customer=st.sampled_from(CUSTOMERS))
    def submit(self, customer):
        self.now += timedelta(seconds=1)
        job_id = f"{len(self.models):036}"
        output = {"bucket": "out", "path": job_id}
        new = NewJob(job_id, customer, "p", {"output_location": output}, {}, 60, WINDOW_S, self.now)
        full = self.count(customer, S.INITIALIZED, S.QUEUED, S.PAUSED) >= LIMITS.queued_per_customer
        try:
            self.store.submit(new, LIMITS, None)
        except QuotaExceeded:
            assert full
            return "nobody"
        assert not full
        self.models[job_id] = Model(customer)
        return job_id

    @rule(seconds=st.sampled_from([1, 10, 31, 51]))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def admit(self):
        expected = 0
        for model in self.models.values():
            admitted = self.count(model.customer, S.QUEUED, S.RUNNING)
            if model.status is S.INITIALIZED and admitted < LIMITS.running_per_customer:
                model.status = S.QUEUED
                expected += 1

        assert expected == self.store.admit(LIMITS, self.now)

    @rule(target=claims)
    def claim(self):
        queued = [job_id for job_id, model in self.models.items() if model.status is S.QUEUED]
        job = self.store.claim("me", LEASE_S, self.now)

        assert (queued[0] if queued else None) == (job and job.job_id)
        if job is not None:
            model = self.models[job.job_id]
            model.status, model.epoch = S.RUNNING, model.epoch + 1
            model.lease_until = self.now + timedelta(seconds=LEASE_S)
        return job

    def own(self, job):
        model = self.models[job.job_id]
        return model if model.status is S.RUNNING and model.epoch == job.epoch else None

    @rule(job=claims, progress=st.integers(0, 99))
    def beat(self, job, progress):
        if job is None:
            return
        model = self.own(job)

        assert (model is not None) is self.store.beat(job, Beat(progress=progress), LEASE_S, self.now)
        if model is not None:
            model.progress = max(model.progress, progress)
            model.lease_until = self.now + timedelta(seconds=LEASE_S)

    @rule(job=claims, how=st.sampled_from(["publish", "complete", "fail", "release", "crash"]))
    def end(self, job, how):
        if job is None:
            return
        model = self.own(job)
        does = {
            "publish": lambda: self.store.begin_publishing(job, self.now),
            "complete": lambda: self.store.finish(job, S.COMPLETED, None, Beat(), self.now),
            "fail": lambda: self.store.finish(job, S.FAILED, ("INTERNAL", "m"), Beat(), self.now),
            "release": lambda: self.store.release(job, Beat(), self.now),
            "crash": lambda: self.store.crash(job, Beat(), RESTARTS, self.now),
        }

        assert (model is not None) is does[how]()
        if model is None:
            return
        if how == "publish":
            model.publishing = True
        elif how == "crash":
            model.crash()
        else:
            model.status = {"complete": S.COMPLETED, "fail": S.FAILED, "release": S.QUEUED}[how]
        if how == "complete":
            model.progress = 100

    @rule(job_id=jobs, verb=st.sampled_from(["cancel", "pause", "resume"]))
    def ask(self, job_id, verb):
        if job_id == "nobody":
            return
        model = self.models[job_id]
        target = {"cancel": S.CANCELLED, "pause": S.PAUSED, "resume": S.QUEUED}[verb]
        if verb == "resume":
            granted = model.status is S.PAUSED and self.now <= model.deadline
        else:
            granted = model.may(target) or model.status is target
        try:
            getattr(self.store, verb)(job_id, self.now)
        except ActionRefused:
            assert not granted
            return
        assert granted
        if target is S.PAUSED and model.status is not S.PAUSED:
            model.deadline = self.now + timedelta(seconds=WINDOW_S)
        model.status = target

    @rule()
    def recover(self):
        lost = [job_id for job_id, m in self.models.items() if m.status is S.RUNNING and m.lease_until <= self.now]
        for job_id in lost:
            self.models[job_id].crash()

        assert lost == sorted(self.store.recover(RESTARTS, self.now))

    @rule()
    def sweep(self):
        for model in self.models.values():
            if model.status is S.PAUSED and model.deadline < self.now:
                model.status = S.CANCELLED

        assert self.store.sweep(self.now) == []

    @invariant()
    def both_say_the_same(self):
        for job_id, model in getattr(self, "models", {}).items():
            job = self.store.get(job_id)

            assert (model.status, model.epoch, model.retries) == (job.status, job.epoch, job.retry_count)
            assert (model.publishing, model.progress) == (job.publishing, job.progress)
            assert (job.status in ENDED) is (job.ended_at is not None) is (job.expires_at is not None)
            assert (job.status is S.RUNNING) is (job.attempt_started_at is not None)

    @invariant()
    def events_are_numbered_without_a_gap(self):
        query = sa.text("SELECT job_id, count(*), max(sequence) FROM events GROUP BY job_id")
        with self.engine.connect() as connection:
            for job_id, n_events, last in connection.execute(query).all():
                assert n_events == last == self.store.get(job_id).sequence

    @invariant()
    def all_are_listed(self):
        for customer in CUSTOMERS:
            assert self.count(customer, *S) == self.store.find(Query(customer))[1]


Store.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStore = Store.TestCase
