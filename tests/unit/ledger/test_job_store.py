from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from lookalike.errors import ActionRefused, JobNotFound, QuotaExceeded, ValidationError
from lookalike.jobs import Beat, Idempotency, Limits, Query
from lookalike.jobs.job import STAGES
from lookalike.jobs.states import MOVES, JobStatus
from lookalike.ledger import statements
from lookalike.ledger.database import open_engine, upgrade, writing

S = JobStatus


def second(n):
    return timedelta(seconds=n)


def types(events):
    return [kind for kind, _, _ in events]


# ── submitting ──


def test_a_submitted_job_is_stored_as_it_was_given(store, limits, new_job, events_of):
    """A submission is `initialized`, comes back equal, and has told of itself once."""
    job = store.submit(new_job(), limits, None)

    assert job == store.get(job.job_id)
    assert job.status is S.INITIALIZED
    assert tuple(stage.name for stage in job.stages) == STAGES
    [(kind, sequence, data)] = events_of(job.job_id)
    assert (kind, sequence, data["sequence"], data["status"]) == ("job.created", 1, 1, "initialized")


def test_an_unknown_job_is_none(store):
    """Getting a job that is not there gives None."""
    assert store.get("nobody") is None


@pytest.mark.parametrize(
    ("first", "second_path", "clash"),
    [
        ("a.csv", "a.csv", True),
        ("a/", "a/", True),
        ("a/", "a/b.csv", True),
        ("a/b/c.csv", "a/", True),
        ("a/", "a/b/", True),
        ("a_/", "ab/c.csv", False),
        ("a%/", "abc/d.csv", False),
        ("a", "a/b.csv", False),
        ("a/b", "a/bc", False),
        ("A/", "a/b", False),
    ],
)
def test_live_jobs_do_not_share_an_output(store, limits, new_job, now, first, second_path, clash):
    """A path equal to, inside, or around a live job's is refused, whoever asks; once that job has ended it is free."""
    job = store.submit(new_job(first), limits, None)
    if clash:
        with pytest.raises(ValidationError) as caught:
            store.submit(new_job(second_path, customer="bob"), limits, None)
        assert [field for field, _ in caught.value.fields] == ["output_path"]
        store.submit(new_job(second_path, bucket="other"), limits, None)
        store.cancel(job.job_id, now)

    assert store.submit(new_job(second_path), limits, None).status is S.INITIALIZED


def test_waiting_jobs_are_limited_per_customer(store, limits, new_job, now):
    """At the limit of waiting jobs, paused ones among them, a customer gets QUOTA_EXCEEDED; another one does not."""
    jobs = [store.submit(new_job(), limits, None) for _ in range(limits.queued_per_customer)]
    store.pause(jobs[0].job_id, now)
    with pytest.raises(QuotaExceeded):
        store.submit(new_job(), limits, None)
    store.submit(new_job(customer="bob"), limits, None)
    store.cancel(jobs[0].job_id, now)

    assert store.submit(new_job(), limits, None)


def test_an_idempotency_key_gives_the_first_answer_again(store, limits, new_job, now):
    """Within 24 h the same key and body give the same job, another body is refused, another customer is another key."""
    told = Idempotency("k", "a" * 64)
    job = store.submit(new_job(at=now), limits, told)

    assert job == store.submit(new_job(at=now + second(86_399)), limits, told)
    with pytest.raises(ValidationError) as caught:
        store.submit(new_job(at=now), limits, Idempotency("k", "b" * 64))
    assert caught.value.fields[0][0] == "Idempotency-Key"
    assert job.job_id != store.submit(new_job(customer="bob"), limits, told).job_id
    later = store.submit(new_job(at=now + second(86_401)), limits, Idempotency("k", "b" * 64))
    assert job.job_id != later.job_id


def test_a_refused_submission_leaves_nothing(store, engine, limits, new_job):
    """What is refused writes no job, no event and no idempotency key."""
    store.submit(new_job("a"), limits, None)
    with pytest.raises(ValidationError):
        store.submit(new_job("a"), limits, Idempotency("k", "a" * 64))

    with engine.connect() as connection:
        counts = [
            connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("jobs", "events", "idempotency")
        ]
    assert [1, 1, 0] == counts


# ── listing ──


def test_history_is_newest_first_and_paged(store, new_job, now):
    """Pages follow submission time, then id, downwards; the count is of all that match; others' are not seen."""
    limits = Limits(9, 9)
    ids = [store.submit(new_job(at=now), limits, None).job_id for _ in range(2)]
    ids += [store.submit(new_job(at=now + second(n)), limits, None).job_id for n in range(1, 4)]
    store.submit(new_job(customer="bob"), limits, None)
    found = [store.find(Query("ada", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]

    assert list(reversed(ids)) == [job.job_id for page, _ in found for job in page]
    assert [5] * 4 == [total for _, total in found]


def test_history_is_filtered_by_status_and_time(store, new_job, now):
    """Start and end are inclusive to the microsecond; a status selects."""
    limits = Limits(9, 9)
    jobs = [store.submit(new_job(at=now + timedelta(microseconds=n)), limits, None) for n in range(4)]
    store.cancel(jobs[1].job_id, now)
    start, end = jobs[1].submitted_at, jobs[2].submitted_at

    assert 2 == store.find(Query("ada", start=start, end=end))[1]
    assert [jobs[1].job_id] == [job.job_id for job in store.find(Query("ada", status=S.CANCELLED))[0]]


# ── moves and their refusals ──


@pytest.mark.parametrize("status", [S.QUEUED, S.RUNNING, S.PAUSED, S.COMPLETED, S.FAILED, S.CANCELLED])
@pytest.mark.parametrize(
    ("verb", "target", "code"),
    [
        ("cancel", S.CANCELLED, "CANCEL_FAILED"),
        ("pause", S.PAUSED, "PAUSE_FAILED"),
        ("resume", S.QUEUED, "RESUME_FAILED"),
    ],
)
def test_every_asked_move_obeys_the_table(store, running, put_in, events_of, now, status, verb, target, code):
    """Cancel, pause and resume succeed from the states the table names, repeat themselves quietly, else are refused."""
    job = running()
    put_in(status, job)
    before = len(events_of(job.job_id))
    if status is target and verb != "resume":
        assert getattr(store, verb)(job.job_id, now).status is target
        assert before == len(events_of(job.job_id))
    elif target in MOVES[status] and (verb != "resume" or status is S.PAUSED):
        assert getattr(store, verb)(job.job_id, now).status is target
        assert before + 1 == len(events_of(job.job_id))
        assert types(events_of(job.job_id))[-1] == "job.updated"
    else:
        with pytest.raises(ActionRefused) as caught:
            getattr(store, verb)(job.job_id, now)
        assert code == caught.value.code
        assert before == len(events_of(job.job_id))


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
def test_a_job_that_is_not_there_cannot_be_moved(store, now, verb):
    """Asking for an unknown job is JOB_NOT_FOUND."""
    with pytest.raises(JobNotFound):
        getattr(store, verb)("nobody", now)


@pytest.mark.parametrize("back_in_queue", [False, True])
def test_what_is_being_published_goes_through(store, running, now, back_in_queue):
    """Once publishing has begun cancel and pause are refused, also while a crashed attempt waits for the next."""
    job = running()

    assert store.begin_publishing(job, now)
    if back_in_queue:
        assert store.crash(job, Beat(), 3, now)
        assert store.get(job.job_id).status is S.QUEUED
    for verb in (store.cancel, store.pause):
        with pytest.raises(ActionRefused, match="already being published"):
            verb(job.job_id, now)


def test_only_admission_up_to_the_limit(store, limits, new_job, now):
    """A customer's oldest jobs are queued until the running limit; the next follows when one has ended."""
    mine = [store.submit(new_job(), limits, None) for _ in range(3)]
    store.submit(new_job(customer="bob"), limits, None)

    assert 3 == store.admit(limits, now)
    assert [S.QUEUED, S.QUEUED, S.INITIALIZED] == [store.get(job.job_id).status for job in mine]
    assert 0 == store.admit(limits, now)
    store.cancel(mine[0].job_id, now)
    assert 1 == store.admit(limits, now)


def test_claims_take_the_oldest(store, limits, new_job, now):
    """Claims follow submission; each sets owner, lease, epoch, start and litter; an empty queue gives None."""
    ids = [store.submit(new_job(), limits, None).job_id for _ in range(2)]
    store.admit(limits, now)
    first, then, none = (store.claim("me", 30, now) for _ in range(3))

    assert ids == [first.job_id, then.job_id]
    assert none is None
    assert (S.RUNNING, "me", 1, True) == (first.status, first.owner, first.epoch, first.litter)
    assert (now, now, now + second(30)) == (first.started_at, first.attempt_started_at, first.lease_until)
    assert first == store.get(first.job_id)


def test_a_job_is_claimed_once(store, new_job, now):
    """Of supervisors that claim at the same time exactly one gets each job."""
    limits = Limits(20, 20)
    ids = {store.submit(new_job(), limits, None).job_id for _ in range(12)}
    store.admit(limits, now)
    got, start = [], Barrier(4)

    def claim_all(owner):
        start.wait()
        while job := store.claim(owner, 30, now):
            got.append(job.job_id)

    in_threads([lambda n=n: claim_all(f"s{n}") for n in range(4)])

    assert len(got) == len(ids)
    assert ids == set(got)


def test_cancel_and_finish_do_not_both_win(store, running, events_of, now):
    """When cancel and finish race, one of them wins and the other is refused; the events say so too."""
    for n in range(8):
        job, outcome, start = running(path=f"race-{n}"), {}, Barrier(2)

        def cancel(job=job, outcome=outcome, start=start):
            start.wait()
            try:
                outcome["cancel"] = store.cancel(job.job_id, now).status is S.CANCELLED
            except ActionRefused:
                outcome["cancel"] = False

        def finish(job=job, outcome=outcome, start=start):
            start.wait()
            outcome["finish"] = store.finish(job, S.COMPLETED, None, Beat(), now)

        in_threads([cancel, finish])

        assert {True, False} == set(outcome.values())
        assert store.get(job.job_id).status is (S.CANCELLED if outcome["cancel"] else S.COMPLETED)
        assert 4 == len(events_of(job.job_id))


def in_threads(tasks):
    threads = [Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_index_serves_the_claim(tmp_path):
    """The oldest queued job is found in an index, without sorting."""
    engine = open_engine(f"sqlite:///{tmp_path}/plan.db")
    upgrade(engine)
    plans = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "ORDER BY" in statement:
            plans.append(str(connection.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()))

    sa.event.listen(engine, "before_cursor_execute", explain)
    with writing(engine) as connection:
        statements.next_queued(connection)
    engine.dispose()

    assert "ix_jobs_status_submitted_at_job_id" in plans[0]
    assert "TEMP B-TREE" not in plans[0]
