"""The audit trail in the database: written with the change it tells of, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from lookalike.audit import Action, By, Query
from lookalike.errors import ActionRefused, JobNotFound, LookalikeError
from lookalike.jobs import Beat, Idempotency
from lookalike.jobs.states import JobStatus
from lookalike.ledger.audit import SqlAuditStore
from lookalike.ledger.database import writing
from lookalike.ledger.deliveries import SqlDeliveryStore
from lookalike.ledger.erasing import erase_rest
from lookalike.ledger.tables import audit, deliveries, webhooks
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.webhooks import EventType, Webhook
from lookalike.webhooks.deliveries import Page
from lookalike.webhooks.outbox import DeliveryStatus

A = Action
ADA, BOB = By("ada", "ada@example.com", "request-1"), By("bob", "bob@example.com", "request-2")


@pytest.fixture
def trail(engine):
    return SqlAuditStore(engine)


@pytest.fixture
def written(trail):
    """What stands in a customer's trail, oldest first: (action, object_id)."""

    def read(customer="ada", **narrowed):
        entries, _ = trail.find(Query(customer, limit=100, **narrowed))
        return [(entry.action, entry.object_id) for entry in reversed(entries)]

    return read


@pytest.fixture
def hooks(engine, now):
    return SqlWebhookStore(engine, lambda connection: now)


@pytest.fixture
def sent(engine, now):
    return SqlDeliveryStore(engine, lambda connection: now)


@pytest.fixture
def webhook(now):
    return Webhook("w", "ada", "https://example.org/", (EventType.FAILED,), b"sealed", None, now)


def test_an_entry_says_who_did_what_and_when(store, trail, limits, new_job, now):
    """Its time is the database's, its project the job's; the rest is as it was told."""
    job = store.submit(new_job(project_id="red"), limits, None, ADA)
    [entry], total = trail.find(Query("ada"))

    assert 1 == total
    assert (now, "ada", "red", "ada@example.com") == (
        entry.created_at,
        entry.customer_id,
        entry.project_id,
        entry.actor,
    )
    assert (A.JOB_CREATE, job.job_id, "request-1") == (entry.action, entry.object_id, entry.request_id)


def test_a_job_from_creation_to_deletion(at, now, limits, new_job, written):
    """Each change has its entry, in order; doing again what is done has none; the entries outlive the job."""
    key = Idempotency("k", "a" * 64)
    steps = ("submit", "pause", "resume", "cancel", "dismiss")
    stores = {verb: at(now + timedelta(seconds=n)) for n, verb in enumerate(steps)}
    again = at(now + timedelta(seconds=9))
    new = new_job()
    stores["submit"].submit(new, limits, key, ADA), again.submit(new_job(), limits, key, ADA)
    stores["pause"].pause(new.job_id, ADA), again.pause(new.job_id, ADA)
    stores["resume"].resume(new.job_id, ADA)
    stores["cancel"].cancel(new.job_id, ADA), again.cancel(new.job_id, ADA)
    stores["dismiss"].dismiss(new.job_id, ADA), again.dismiss(new.job_id, ADA)

    assert again.forgotten(new.job_id)
    assert [
        (action, new.job_id) for action in (A.JOB_CREATE, A.JOB_PAUSE, A.JOB_RESUME, A.JOB_CANCEL, A.JOB_DELETE)
    ] == written()


def test_what_is_refused_is_not_written_down(store, running, written, limits, new_job):
    """A refused call leaves no entry."""
    job = running(path="taken")
    before = written()
    store.finish(job, JobStatus.COMPLETED, None, Beat())
    for verb in (store.cancel, store.pause, store.resume):
        with pytest.raises(ActionRefused):
            verb(job.job_id, ADA)
    taken = store.submit(new_job("a", customer="bob"), limits, None, BOB)
    with pytest.raises(ActionRefused):
        store.dismiss(taken.job_id, BOB)
    with pytest.raises(LookalikeError):
        store.submit(new_job("a"), limits, None, ADA)

    assert before == written()
    assert [(A.JOB_CREATE, taken.job_id)] == written("bob")


def test_what_the_service_does_is_not_written_down(store, hooks, webhook, at, now, running, written):
    """Supervisors, sweeping and erasing leave no entry."""
    hooks.register(webhook, 20, ADA)
    job = running()
    before = written()
    store.beat(job, Beat(progress=1), 30)
    store.hold(job, "the bucket is away", Beat())
    store.dismiss(store.cancel(job.job_id, None).job_id, None)
    at(now + timedelta(days=31)).sweep()
    hooks.delete("w", None)

    assert 2 == len(before)
    assert before == written()


def test_of_calls_at_once_one_is_written_down(store, limits, new_job, written):
    """When a job is cancelled many times at once there is one entry."""
    job = store.submit(new_job(), limits, None, ADA)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.cancel(job.job_id, ADA), range(8)))

    assert [A.JOB_CANCEL] == [action for action, _ in written(action=A.JOB_CANCEL)]


def test_a_webhook_from_registration_to_deletion(hooks, sent, webhook, engine, written):
    """Each change has its entry; enabling what is well, sending what is under way, deleting what is gone have none."""
    hooks.register(webhook, 20, ADA)
    hooks.enable("w", ADA)
    hooks.rotate("w", b"other", 60, ADA)
    delivery_id = sent.test(webhook, ADA)
    sent.redeliver("w", delivery_id, ADA)
    with writing(engine) as connection:
        connection.execute(sa.update(deliveries).values(owner="one", status=DeliveryStatus.PENDING.value))
        connection.execute(sa.update(webhooks).values(disabled_at=webhook.created_at))
    assert sent.redeliver("w", delivery_id, ADA)
    assert not sent.redeliver("w", "another", ADA)
    assert hooks.enable("w", ADA)
    assert hooks.delete("w", ADA)
    assert not any((hooks.enable("w", ADA), hooks.rotate("w", b"x", 0, ADA), hooks.delete("w", ADA)))

    assert {
        (A.WEBHOOK_REGISTER, "w"),
        (A.WEBHOOK_ROTATE_SECRET, "w"),
        (A.WEBHOOK_TEST, "w"),
        (A.WEBHOOK_REDELIVER, delivery_id),
        (A.WEBHOOK_ENABLE, "w"),
        (A.WEBHOOK_DELETE, "w"),
    } == set(written())
    assert 6 == len(written())


def test_without_its_entry_nothing_changes(store, hooks, webhook, engine, limits, new_job):
    """If the entry cannot be written the change is not made: they are one transaction."""
    job = store.submit(new_job(), limits, None, ADA)
    hooks.register(webhook, 20, ADA)
    audit.drop(engine)
    asked = (
        lambda: store.cancel(job.job_id, ADA),
        lambda: store.pause(job.job_id, ADA),
        lambda: store.submit(new_job(), limits, None, ADA),
        lambda: hooks.delete("w", ADA),
        lambda: hooks.rotate("w", b"other", 0, ADA),
    )
    for ask in asked:
        with pytest.raises(DBAPIError):
            ask()

    assert job == store.get(job.job_id)
    assert webhook == hooks.get("w")
    assert store.get("00000000-0000-4000-8000-000000000002") is None


def test_a_page_of_the_trail(at, now, limits, new_job, trail):
    """Newest first, times inclusive, narrowed to an action and to projects, with the size of the whole."""
    jobs = [
        at(now + timedelta(seconds=n)).submit(new_job(project_id="ab"[n % 2]), limits, None, ADA).job_id
        for n in range(4)
    ]
    at(now + timedelta(seconds=4)).cancel(jobs[0], ADA)

    def found(**asked):
        entries, total = trail.find(Query("ada", **asked))
        return [(entry.action.rpartition(".")[2], jobs.index(entry.object_id)) for entry in entries], total

    assert ([("cancel", 0), ("create", 3)], 5) == found(limit=2)
    assert ([("create", 1), ("create", 0)], 5) == found(limit=2, offset=3)
    assert ([("cancel", 0)], 1) == found(action=A.JOB_CANCEL)
    span = {"start": now + timedelta(seconds=1), "end": now + timedelta(seconds=2)}
    assert ([("create", 2), ("create", 1)], 2) == found(**span)
    assert ([("create", 3), ("create", 1)], 2) == found(projects=frozenset("b"))
    assert ([], 0) == found(projects=frozenset())


def test_customers_and_projects_are_kept_apart(store, hooks, webhook, limits, new_job, written):
    """A customer's entries are their own; who is limited to projects sees jobs' only."""
    mine = store.submit(new_job(project_id="red"), limits, None, ADA).job_id
    theirs = store.submit(new_job(project_id="red", customer="bob"), limits, None, BOB).job_id
    hooks.register(webhook, 20, ADA)

    assert {(A.JOB_CREATE, mine), (A.WEBHOOK_REGISTER, "w")} == set(written())
    assert [(A.JOB_CREATE, mine)] == written(projects=frozenset({"red", "blue"}))
    assert [(A.JOB_CREATE, theirs)] == written("bob")


def test_entries_go_after_a_year(store, at, now, limits, new_job, written):
    """A sweep takes those that are 365 days old, and no others."""
    store.submit(new_job(), limits, None, ADA)
    later = at(now + timedelta(days=200))
    job_id = later.submit(new_job(), limits, None, ADA).job_id
    at(now + timedelta(days=365, microseconds=-1)).sweep()
    before = written()
    at(now + timedelta(days=365)).sweep()

    assert 2 == len(before)
    assert [(A.JOB_CREATE, job_id)] == written()


def test_an_erased_customer_has_no_trail(store, engine, limits, new_job, written):
    """Erasing takes a customer's entries, and nobody else's."""
    store.submit(new_job(), limits, None, ADA)
    store.submit(new_job(customer="bob"), limits, None, BOB)
    erase_rest(engine, "ada")

    assert [] == written()
    assert 1 == len(written("bob"))


def test_what_is_anothers_is_not_there(store, hooks, sent, webhook, limits, new_job, written):
    """Whatever a customer asks for of another's job, webhook or delivery: there is none, and nothing changes."""
    job = store.submit(new_job(), limits, None, ADA)
    paused = store.pause(store.submit(new_job(), limits, None, ADA).job_id, ADA)
    ended = store.cancel(store.submit(new_job(), limits, None, ADA).job_id, ADA)
    hooks.register(webhook, 20, ADA)
    delivery_id = sent.test(webhook, ADA)
    before = written()
    for verb, its in ((store.cancel, job), (store.pause, job), (store.resume, paused), (store.dismiss, ended)):
        with pytest.raises(JobNotFound):
            verb(its.job_id, BOB)

    assert not any((hooks.enable("w", BOB), hooks.rotate("w", b"x", 0, BOB), hooks.delete("w", BOB)))
    assert not sent.redeliver("w", delivery_id, BOB)
    assert [job, paused, ended] == [store.get(each.job_id) for each in (job, paused, ended)]
    assert webhook == hooks.get("w")
    assert (before, []) == (written(), written("bob"))
    assert 1 == len(sent.page("w", Page(None, 10, 0))[0])
