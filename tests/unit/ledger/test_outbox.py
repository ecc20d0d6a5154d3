"""Deliveries in the database."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lookalike.jobs.states import JobStatus
from lookalike.ledger.database import reading
from lookalike.ledger.outbox import FAILING, GONE, SqlOutbox
from lookalike.ledger.standing import delivery_standing
from lookalike.ledger.tables import deliveries
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.webhooks import EventType, Webhook
from lookalike.webhooks.lanes import Lane
from lookalike.webhooks.outbox import DeliveryStatus, Outcome
from lookalike.webhooks.standing import DeliveryStanding
from somebody import SOMEBODY

S = DeliveryStatus
ALL = tuple(EventType)
LEASE_S = 30.0


@pytest.fixture
def hooks(engine):
    return SqlWebhookStore(engine)


@pytest.fixture
def outbox(engine, now):
    """The outbox so many seconds later."""
    return lambda seconds=0.0: SqlOutbox(engine, lambda connection: now + timedelta(seconds=seconds))


@pytest.fixture
def hook(hooks, now):
    """Registers a webhook."""

    def register(name, events=ALL, customer="ada", **changes):
        webhook = Webhook(name, customer, f"https://{name}.example/in", events, b"sealed", None, now, **changes)
        hooks.register(webhook, 20, SOMEBODY)
        return name

    return register


@pytest.fixture
def submit(store, limits, new_job):
    return lambda **changes: store.submit(new_job(**changes), limits, None, SOMEBODY).job_id


def rows(engine):
    with reading(engine) as connection:
        return connection.execute(sa.select(deliveries).order_by(deliveries.c.job_id, deliveries.c.sequence)).all()


def taken(outbox, owner="one", lease_s=LEASE_S, room=8, most=100):
    return outbox.take(owner, lease_s, {lane.webhook_id: room for lane in outbox.lanes()}, most)


def said(parcel, status=S.DELIVERED, delay_s=None, gone=False):
    return Outcome(parcel.delivery_id, status, delay_s, gone, 200, 12, "heard", None)


def test_who_hears_of_what(engine, hook, submit, store):
    """A change is delivered to the customer's webhooks that hear of it, and to no other."""
    hook("all"), hook("ends", (EventType.FAILED, EventType.UPDATED)), hook("bobs", customer="bob")
    job_id = submit()
    store.cancel(job_id, SOMEBODY)

    found = [(row.webhook_id, row.type, row.sequence) for row in rows(engine)]
    assert {("all", "job.created", 1), ("all", "job.updated", 2), ("ends", "job.updated", 2)} == set(found)
    assert 3 == len(found)


def test_nothing_is_delivered_of_what_did_not_happen(engine, hook, submit, store):
    """A refused change leaves no delivery."""
    hook("all")
    job_id = submit(path="taken")
    with pytest.raises(Exception, match="another job"):
        submit(path="taken")

    assert [job_id] == [row.job_id for row in rows(engine)]


def test_what_is_taken_is_what_happened(hook, submit, outbox, store):
    """A parcel has the event's id, type, time and data; lanes name the webhook and its host."""
    hook("all")
    job_id = submit()

    assert [Lane("all", "all.example")] == outbox().lanes()
    [parcel] = taken(outbox())
    assert ("job.created", job_id, 1, 0) == (
        parcel.type,
        parcel.data["job_id"],
        parcel.data["sequence"],
        parcel.attempts,
    )
    assert [] == outbox().lanes() == taken(outbox())


def test_who_has_waited_longest_comes_first(hook, submit, outbox, at, now):
    """Whatever webhooks are called, the one with the oldest delivery that is due is named first."""
    hook("b", (EventType.CREATED,)), hook("a", (EventType.UPDATED,))
    at(now + timedelta(seconds=1)).cancel(submit(), SOMEBODY)
    assert ["b", "a"] == [lane.webhook_id for lane in outbox(2).lanes()]
    [parcel] = outbox(2).take("one", LEASE_S, {"b": 1}, 1)
    outbox(2).record("one", [said(parcel, S.PENDING, 1.0)])

    assert ["a", "b"] == [lane.webhook_id for lane in outbox(4).lanes()]


def test_a_jobs_events_go_in_order(hook, submit, outbox, store):
    """The next one waits until the one before was tried; one that is to be tried again holds up nothing."""
    hook("all")
    job_id = submit()
    store.cancel(job_id, SOMEBODY)
    [first] = taken(outbox())
    assert [] == taken(outbox())
    outbox().record("one", [said(first, S.PENDING, 300.0)])

    [second] = taken(outbox())
    assert (1, 2) == (first.data["sequence"], second.data["sequence"])
    outbox().record("one", [said(second)])
    [again] = taken(outbox(301))
    assert (first.delivery_id, first.event_id, 1) == (again.delivery_id, again.event_id, again.attempts)


def test_no_more_than_asked_for(hook, submit, outbox):
    """Of all webhooks together no more are taken than were asked for."""
    hook("a"), hook("b")
    submit(), submit()

    assert [3, 1] == [len(taken(outbox(), most=3)), len(taken(outbox(), most=3))]


def test_where_all_waits_nothing_is_offered(hook, submit, outbox, store):
    """A webhook whose due deliveries wait for one under way is not named, and one that has another job's is."""
    hook("a"), hook("b")
    store.cancel(submit(), SOMEBODY)
    taken(outbox())
    assert [] == outbox().lanes()
    submit()

    assert ["a", "b"] == sorted(lane.webhook_id for lane in outbox().lanes())


def test_leases(hook, submit, outbox):
    """Until its lease ends nobody else takes a delivery; then another does, and the first one's word counts no more."""
    hook("all")
    submit()
    [parcel] = taken(outbox())
    assert [] == taken(outbox(LEASE_S - 1), "two")
    [again] = taken(outbox(LEASE_S + 1), "two")
    outbox(LEASE_S + 1).record("one", [said(parcel, S.FAILED)])

    assert parcel.delivery_id == again.delivery_id
    assert [] == outbox(LEASE_S + 2).record("two", [said(again)])


def test_what_is_given_back_is_due(hook, submit, outbox):
    """A dispatcher that stops gives back what it has taken, and nothing of others."""
    hook("all")
    submit(), submit()
    [mine] = taken(outbox(), "one", room=1)
    [_] = taken(outbox(), "two", room=1)
    outbox().give_back("one")

    assert [mine.delivery_id] == [parcel.delivery_id for parcel in taken(outbox(), "three")]


def test_two_never_take_the_same(hook, submit, outbox, engine):
    """Many who take at once get each delivery once."""
    for name in "abcd":
        hook(name)
    for _ in range(5):
        submit()
    found, begin = [], threading.Barrier(4)

    def take(owner):
        begin.wait()
        for _ in range(20):
            found.extend(parcel.delivery_id for parcel in taken(outbox(), owner, room=1))

    threads = [threading.Thread(target=take, args=[f"{number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 20 == len(found) == len(set(found))


def test_a_gone_receiver_is_told_nothing_more(hook, submit, outbox, engine, hooks):
    """After 410 the webhook is disabled, what waits is given up, and later events are not delivered to it."""
    hook("all")
    submit(), submit()
    [first] = taken(outbox(), room=1)

    assert ["all"] == outbox().record("one", [said(first, S.FAILED, gone=True)])
    submit()
    assert [S.FAILED] * 2 == [row.status for row in rows(engine)]
    assert GONE == hooks.get("all").disabled_reason
    assert [] == outbox().lanes()


def test_only_failing_for_five_days(hook, submit, outbox, hooks):
    """A webhook is disabled when it failed for 5 days without a success in between."""
    hook("all")
    day = 86_400.0
    submit()
    for failed_at, status, disabled in [
        (0, S.PENDING, []),
        (4.9, S.DELIVERED, []),
        (5, S.PENDING, []),
        (9.9, S.PENDING, []),
    ]:
        submit()
        [parcel] = taken(outbox(failed_at * day), room=1)
        assert disabled == outbox(failed_at * day).record("one", [said(parcel, status, 1.0)])
    [parcel] = taken(outbox(10 * day), room=1)

    assert ["all"] == outbox(10 * day).record("one", [said(parcel, S.PENDING, 1.0)])
    assert FAILING == hooks.get("all").disabled_reason


def test_how_deliveries_stand(hook, submit, outbox, engine, now):
    """What is not over is counted; a webhook waits from when its delivery is due, or was last tried."""
    hook("all")
    assert DeliveryStanding(0, 0.0) == delivery_standing(engine)
    submit(), submit()
    waiting = delivery_standing(engine)
    since = (datetime.now(UTC) - now).total_seconds()
    [first] = taken(outbox(since), room=1)
    outbox(since - 5).record("one", [said(first)])
    tried = delivery_standing(engine)
    taken(outbox(since), room=1)

    assert (2, 1) == (waiting.pending, tried.pending)
    assert since - 60 < waiting.overdue_s < since + 60
    assert 5 <= tried.overdue_s < 60
    assert DeliveryStanding(1, 0.0) == delivery_standing(engine)


def test_deleting_a_webhook_deletes_its_deliveries(hook, hooks, submit, outbox, engine):
    """Nothing is sent to it any more; what is under way ends in nothing."""
    hook("all")
    submit()
    [parcel] = taken(outbox())
    hooks.delete("all", SOMEBODY)
    outbox().record("one", [said(parcel)])

    assert [] == rows(engine)


def test_forgetting_a_job_forgets_its_deliveries(hook, submit, store, at, engine, now):
    """What is kept of a job in deliveries goes with it."""
    hook("all")
    job_id = submit()
    assert JobStatus.CANCELLED is store.cancel(job_id, SOMEBODY).status
    later = at(now + timedelta(days=31))

    assert later.forgotten(job_id)
    assert [] == rows(engine)
