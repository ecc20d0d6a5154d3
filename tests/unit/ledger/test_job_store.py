from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from lookalike.errors import ActionRefused, JobNotFound, QuotaExceeded, ValidationError
from lookalike.jobs import Beat, Idempotency, Limits, Query
from lookalike.jobs.job import STAGES
from lookalike.jobs.states import MOVES, JobStatus
from lookalike.ledger import statements
from lookalike.ledger.database import writing
from somebody import SOMEBODY

S = JobStatus


def second(n):
    return timedelta(seconds=n)


def types(events):
    return [kind for kind, _, _ in events]


# ── submitting ──


def test_a_submitted_job_is_stored_as_it_was_given(store, limits, new_job, events_of):
    """A submission is `initialized`, comes back equal, and has told of itself once."""
    job = store.submit(new_job(), limits, None, SOMEBODY)

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
        ("a/\U0010ffff/é.csv", "a/", True),
        ("é/", "é/b/c/d.csv", True),
        ("a0", "a/", False),
        ("a.csv", "a/", False),
        ("/a", "/", True),
    ],
)
def test_live_jobs_do_not_share_an_output(store, limits, new_job, first, second_path, clash):
    """A path equal to, inside, or around a live job's is refused, whoever asks; once that job has ended it is free."""
    job = store.submit(new_job(first), limits, None, SOMEBODY)
    if clash:
        with pytest.raises(ValidationError) as caught:
            store.submit(new_job(second_path, customer="bob"), limits, None, SOMEBODY)
        assert [field for field, _ in caught.value.fields] == ["output_path"]
        store.submit(new_job(second_path, bucket="other"), limits, None, SOMEBODY)
        store.cancel(job.job_id, SOMEBODY)

    assert store.submit(new_job(second_path), limits, None, SOMEBODY).status is S.INITIALIZED


def test_waiting_jobs_are_limited_per_customer(store, limits, new_job):
    """At the limit of waiting jobs, paused ones among them, a customer gets QUOTA_EXCEEDED; another one does not."""
    jobs = [store.submit(new_job(), limits, None, SOMEBODY) for _ in range(limits.queued_per_customer)]
    store.pause(jobs[0].job_id, SOMEBODY)
    with pytest.raises(QuotaExceeded):
        store.submit(new_job(), limits, None, SOMEBODY)
    store.submit(new_job(customer="bob"), limits, None, SOMEBODY)
    store.cancel(jobs[0].job_id, SOMEBODY)

    assert store.submit(new_job(), limits, None, SOMEBODY)


def test_an_idempotency_key_gives_the_first_answer_again(store, at, limits, new_job, now):
    """Within 24 h the same key and body give the same job, another body is refused, another customer is another key."""
    told = Idempotency("k", "a" * 64)
    job = store.submit(new_job(), limits, told, SOMEBODY)

    assert job == at(now + second(86_399)).submit(new_job(), limits, told, SOMEBODY)
    with pytest.raises(ValidationError) as caught:
        store.submit(new_job(), limits, Idempotency("k", "b" * 64), SOMEBODY)
    assert caught.value.fields[0][0] == "Idempotency-Key"
    assert job.job_id != store.submit(new_job(customer="bob"), limits, told, SOMEBODY).job_id
    later = at(now + second(86_401)).submit(new_job(), limits, Idempotency("k", "b" * 64), SOMEBODY)
    assert job.job_id != later.job_id


def test_a_refused_submission_leaves_nothing(store, engine, limits, new_job):
    """What is refused writes no job, no event and no idempotency key."""
    store.submit(new_job("a"), limits, None, SOMEBODY)
    with pytest.raises(ValidationError):
        store.submit(new_job("a"), limits, Idempotency("k", "a" * 64), SOMEBODY)

    with engine.connect() as connection:
        counts = [
            connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("jobs", "events", "idempotency")
        ]
    assert [1, 1, 0] == counts


# ── listing ──


def test_history_is_newest_first_and_paged(store, at, new_job, now):
    """Pages follow submission time, then id, downwards; the count is of all that match; others' are not seen."""
    limits = Limits(9, 9)
    ids = [store.submit(new_job(), limits, None, SOMEBODY).job_id for _ in range(2)]
    ids += [at(now + second(n)).submit(new_job(), limits, None, SOMEBODY).job_id for n in range(1, 4)]
    store.submit(new_job(customer="bob"), limits, None, SOMEBODY)
    found = [store.find(Query("ada", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]

    assert list(reversed(ids)) == [job.job_id for page, _ in found for job in page]
    assert [5] * 4 == [total for _, total in found]


def test_history_is_filtered_by_status_and_time(store, at, new_job, now):
    """Start and end are inclusive to the microsecond; a status selects."""
    limits = Limits(9, 9)
    jobs = [at(now + timedelta(microseconds=n)).submit(new_job(), limits, None, SOMEBODY) for n in range(4)]
    store.cancel(jobs[1].job_id, SOMEBODY)
    start, end = jobs[1].submitted_at, jobs[2].submitted_at

    assert 2 == store.find(Query("ada", start=start, end=end))[1]
    assert [jobs[1].job_id] == [job.job_id for job in store.find(Query("ada", status=S.CANCELLED))[0]]


def test_history_is_filtered_by_project(store, new_job):
    """Only jobs of the projects asked for are listed and counted; of none, none."""
    limits = Limits(9, 9)
    a, b, _ = (store.submit(new_job(project_id=name), limits, None, SOMEBODY).job_id for name in "abc")

    assert ([b, a], 2) == ids_of(store.find(Query("ada", frozenset("ab"))))
    assert ([], 0) == ids_of(store.find(Query("ada", frozenset())))


def ids_of(found):
    jobs, total = found
    return [job.job_id for job in jobs], total


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
def test_every_asked_move_obeys_the_table(store, running, put_in, events_of, status, verb, target, code):
    """Cancel, pause and resume succeed from the states the table names, repeat themselves quietly, else are refused."""
    job = running()
    put_in(status, job)
    before = len(events_of(job.job_id))
    if status is target and verb != "resume":
        assert getattr(store, verb)(job.job_id, SOMEBODY).status is target
        assert before == len(events_of(job.job_id))
    elif target in MOVES[status] and (verb != "resume" or status is S.PAUSED):
        assert getattr(store, verb)(job.job_id, SOMEBODY).status is target
        assert before + 1 == len(events_of(job.job_id))
        assert types(events_of(job.job_id))[-1] == "job.updated"
    else:
        with pytest.raises(ActionRefused) as caught:
            getattr(store, verb)(job.job_id, SOMEBODY)
        assert code == caught.value.code
        assert before == len(events_of(job.job_id))


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
def test_a_job_that_is_not_there_cannot_be_moved(store, verb):
    """Asking for an unknown job is JOB_NOT_FOUND."""
    with pytest.raises(JobNotFound):
        getattr(store, verb)("nobody", SOMEBODY)


@pytest.mark.parametrize("back_in_queue", [False, True])
def test_what_is_being_published_goes_through(store, running, back_in_queue):
    """Once publishing has begun cancel and pause are refused, also while a crashed attempt waits for the next."""
    job = running()

    assert store.begin_publishing(job)
    if back_in_queue:
        assert store.crash(job, Beat(), 3)
        assert store.get(job.job_id).status is S.QUEUED
    for verb in (store.cancel, store.pause):
        with pytest.raises(ActionRefused, match="already being published"):
            verb(job.job_id, SOMEBODY)


def test_only_admission_up_to_the_limit(store, limits, new_job):
    """A customer's oldest jobs are queued until the running limit; the next follows when one has ended."""
    mine = [store.submit(new_job(), limits, None, SOMEBODY) for _ in range(3)]
    store.submit(new_job(customer="bob"), limits, None, SOMEBODY)

    assert 3 == store.admit(limits)
    assert [S.QUEUED, S.QUEUED, S.INITIALIZED] == [store.get(job.job_id).status for job in mine]
    assert 0 == store.admit(limits)
    store.cancel(mine[0].job_id, SOMEBODY)
    assert 1 == store.admit(limits)


def test_claims_take_the_oldest(store, limits, new_job, now):
    """Claims follow submission; each sets owner, lease, epoch, start and litter; an empty queue gives None."""
    ids = [store.submit(new_job(), limits, None, SOMEBODY).job_id for _ in range(2)]
    store.admit(limits)
    first, then, none = (store.claim("me", 30, limits) for _ in range(3))

    assert ids == [first.job_id, then.job_id]
    assert none is None
    assert (S.RUNNING, "me", 1, True) == (first.status, first.owner, first.epoch, first.litter)
    assert (now, now, now + second(30)) == (first.started_at, first.beat_at, first.lease_until)
    assert first == store.get(first.job_id)


def test_a_job_is_claimed_once(store, new_job):
    """Of supervisors that claim at the same time exactly one gets each job."""
    limits = Limits(20, 20)
    ids = {store.submit(new_job(), limits, None, SOMEBODY).job_id for _ in range(12)}
    store.admit(limits)
    got, start = [], Barrier(4)

    def claim_all(owner):
        start.wait()
        while job := store.claim(owner, 30, limits):
            got.append(job.job_id)

    in_threads([lambda n=n: claim_all(f"s{n}") for n in range(4)])

    assert len(got) == len(ids)
    assert ids == set(got)


def test_cancel_and_finish_do_not_both_win(store, running, events_of):
    """When cancel and finish race, one of them wins and the other is refused; the events say so too."""
    for n in range(8):
        job, outcome, start = running(path=f"race-{n}"), {}, Barrier(2)

        def cancel(job=job, outcome=outcome, start=start):
            start.wait()
            try:
                outcome["cancel"] = store.cancel(job.job_id, SOMEBODY).status is S.CANCELLED
            except ActionRefused:
                outcome["cancel"] = False

        def finish(job=job, outcome=outcome, start=start):
            start.wait()
            outcome["finish"] = store.finish(job, S.COMPLETED, None, Beat())

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


def test_an_index_serves_the_claim(engine, limits, now):
    """The job whose turn it is is found in an index, without sorting, on either kind of database."""
    plans = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "ORDER BY jobs.turn" in statement:
            kind = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
            plans.append(str(cursor.execute(kind + statement, parameters).fetchall()))

    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # which would rather read a table this small as a whole
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        sa.event.listen(engine, "before_cursor_execute", explain)
        statements.next_queued(connection, limits.running_per_customer, now, now)

    assert "ix_jobs_status_turn_submitted_at_job_id" in plans[0]
    assert "TEMP B-TREE" not in plans[0]
    assert "Sort" not in plans[0]


# ── fairness ──


def served(store, limits):
    """Customers in the order their jobs are claimed by one worker, each job ending before the next is taken."""
    order = []
    while (store.admit(limits), job := store.claim("me", 30, limits))[1] is not None:
        order.append(job.customer_id)
        store.finish(job, S.COMPLETED, None, Beat())
    return order


def test_a_long_queue_does_not_keep_others_waiting(store, at, new_job, now):
    """Whoever comes while another customer's jobs fill the queue is next when the job that runs has ended."""
    limits = Limits(4, 1000)
    for _ in range(40):
        store.submit(new_job(), limits, None, SOMEBODY)
    store.admit(limits)
    running = store.claim("me", 30, limits)
    later = at(now + second(5))
    later.submit(new_job(customer="bob"), limits, None, SOMEBODY)
    later.admit(limits)
    store.finish(running, S.COMPLETED, None, Beat())

    assert "bob" == served(store, limits)[0]


def test_customers_take_turns(store, new_job):
    """As long as several have jobs waiting, each is served as often as the others, oldest job first within one."""
    limits = Limits(4, 1000)
    for customer, n_jobs in (("ada", 12), ("bob", 6), ("eve", 6)):
        for _ in range(n_jobs):
            store.submit(new_job(customer=customer), limits, None, SOMEBODY)
    order = served(store, limits)

    assert [6, 6, 6] == [order[:18].count(customer) for customer in ("ada", "bob", "eve")]
    assert ["ada"] * 6 == order[18:]


def test_a_resumed_job_waits_its_turn_and_no_longer(store, new_job):
    """However much later its turn once was, a resumed job is served like one that joins the queue now."""
    limits = Limits(4, 1000)
    for _ in range(4):
        store.submit(new_job(), limits, None, SOMEBODY)
    store.admit(limits)
    paused = store.pause("00000000-0000-4000-8000-000000000004", SOMEBODY)
    served(store, limits)
    for customer in ("bob", "bob", "eve"):
        store.submit(new_job(customer=customer), limits, None, SOMEBODY)
    store.admit(limits)
    store.resume(paused.job_id, SOMEBODY)

    assert "ada" in served(store, limits)[:2]


def test_resuming_does_not_raise_the_running_limit(store, new_job):
    """Jobs past the limit of running jobs stay in the queue until one has ended; others' are not held up."""
    limits = Limits(2, 1000)
    for _ in range(4):
        store.submit(new_job(), limits, None, SOMEBODY)
    store.admit(limits)
    first = [store.claim("me", 30, limits) for _ in range(2)]
    for job in first:
        store.pause(job.job_id, SOMEBODY)
        store.attempt_over(job)
    store.admit(limits)
    second_two = [store.claim("me", 30, limits) for _ in range(2)]
    for job in first:
        store.resume(job.job_id, SOMEBODY)
    store.submit(new_job(customer="bob"), limits, None, SOMEBODY)
    store.admit(limits)

    assert "bob" == store.claim("me", 30, limits).customer_id
    assert store.claim("me", 30, limits) is None
    store.finish(second_two[0], S.COMPLETED, None, Beat())
    assert first[0].job_id == store.claim("me", 30, limits).job_id


def test_the_running_limit_holds_in_a_race(store, new_job):
    """Of supervisors that claim at once for a customer just under its limit only one gets a job."""
    limits, wide = Limits(1, 1000), Limits(9, 1000)
    for _ in range(8):
        store.submit(new_job(), limits, None, SOMEBODY)
    store.admit(wide)
    got, start = [], Barrier(4)

    def claim(owner):
        start.wait()
        got.append(store.claim(owner, 30, limits))

    in_threads([lambda n=n: claim(f"s{n}") for n in range(4)])

    assert 1 == sum(job is not None for job in got)
