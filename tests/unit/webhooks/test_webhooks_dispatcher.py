"""The dispatcher with a real database and a real receiver."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from chaos.receiver import Receiver
from prometheus_client import CollectorRegistry
from standardwebhooks import Webhook as Verifier

from lookalike.clock import SystemClock
from lookalike.jobs import Limits
from lookalike.jobs.job import NewJob
from lookalike.ledger.database import open_engine, reading, upgrade
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.outbox import SqlOutbox
from lookalike.ledger.tables import deliveries
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.net.addresses import allowed
from lookalike.net.reach import Reach
from lookalike.net.resolver import resolve
from lookalike.net.sender import Sender
from lookalike.telemetry.metrics import DeliveryMetrics
from lookalike.webhooks import EventType, Webhook, dispatcher, schedule
from lookalike.webhooks.dispatcher import Dispatcher
from somebody import SOMEBODY

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="
PATIENCE_S = 20.0


class Office:
    """A database, a receiver, and dispatchers between them."""

    def __init__(self, database_url: str, receiver: Receiver) -> None:
        self.engine = open_engine(database_url)
        upgrade(self.engine)
        self.jobs = SqlJobStore(self.engine, timedelta(days=30))
        self.hooks = SqlWebhookStore(self.engine)
        self.receiver = receiver
        self.opened: Callable[[bytes], str] = bytes.decode
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []
        self.registry = CollectorRegistry()
        self.metrics = DeliveryMetrics(self.registry)

    def dispatch(self, owner: str = "one") -> None:
        """Start one more dispatcher."""
        own = Dispatcher(
            outbox=SqlOutbox(self.engine),
            send=Sender(Reach(allowed(["127.0.0.0/8"]), resolve), self.receiver.trust).post,
            opened=self.opened,
            owner=owner,
            clock=SystemClock(),
            draw=lambda: 0.0,
            observer=self.metrics,
        )
        self.threads.append(threading.Thread(target=own.run, args=[self.stop]))
        self.threads[-1].start()

    def register(self, path: str, customer: str = "ada", host: str = "localhost") -> str:
        """A webhook that hears of all."""
        name, url = str(uuid.uuid4()), self.receiver.url(path, host)
        own = json.dumps({"X-Own": "1", "user-agent": "ours"}).encode()
        webhook = Webhook(name, customer, url, tuple(EventType), SECRET.encode(), own, datetime.now(UTC))
        self.hooks.register(webhook, 20, SOMEBODY)
        return name

    def submit(self, customer: str = "ada") -> str:
        place = {"output_location": {"bucket": "out", "path": str(uuid.uuid4())}}
        new = NewJob(str(uuid.uuid4()), customer, "p", place, {}, 600, 600)
        return self.jobs.submit(new, Limits(4, 10_000), None, SOMEBODY).job_id

    def rows(self, *where: sa.ColumnElement[bool]) -> list[sa.Row[tuple[object, ...]]]:
        with reading(self.engine) as connection:
            return list(connection.execute(sa.select(deliveries).where(*where).order_by(deliveries.c.sequence)))

    def settled(self, n: int) -> None:
        """Return once so many are delivered or given up."""
        wait(lambda: n <= len(self.rows(deliveries.c.status != "pending")))

    def close(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
        self.engine.dispose()


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def heard() -> Iterator[Receiver]:
    with Receiver() as own:
        yield own


@pytest.fixture
def office(database_url: str, heard: Receiver) -> Iterator[Office]:
    own = Office(database_url, heard)
    yield own
    own.close()


def test_what_arrives(office: Office, heard: Receiver) -> None:
    """The job's events arrive in their order, signed, each with its own id and the job as it was then."""
    office.register("ok")
    job_id = office.submit()
    office.jobs.cancel(job_id, SOMEBODY)
    office.dispatch()
    office.settled(2)

    told = [Verifier(SECRET).verify(request.body, request.headers) for request in heard.requests]
    assert ["job.created", "job.updated"] == [message["type"] for message in told]
    assert [(job_id, 1, "initialized"), (job_id, 2, "cancelled")] == [
        (message["data"]["job_id"], message["data"]["sequence"], message["data"]["status"]) for message in told
    ]
    assert 2 == len({request.headers["webhook-id"] for request in heard.requests})
    assert {("1", "ours")} == {(request.headers["x-own"], request.headers["user-agent"]) for request in heard.requests}


def test_what_failed_is_tried_again(office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that is away, then broken, then well gets the same message with the same id at each attempt."""
    monkeypatch.setattr(schedule, "DELAYS_S", (0.1,) * 9)
    heard.script = ("reset", "500", "301", "ok")
    office.register("ok")
    office.submit()
    office.dispatch()
    office.settled(1)

    [row] = office.rows()
    assert ("delivered", 4, 200, "heard", None) == (row.status, row.attempts, row.answer_code, row.answer, row.problem)
    assert 1 == len({(request.headers["webhook-id"], request.body) for request in heard.requests})


def test_who_never_answers_well_is_given_up(office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten attempts a delivery is given up, and its row says why."""
    monkeypatch.setattr(schedule, "DELAYS_S", (0.01,) * 9)
    office.register("reset")
    office.submit()
    office.dispatch()
    office.settled(1)

    [row] = office.rows()
    assert ("failed", 10, None) == (row.status, row.attempts, row.answer_code)
    assert "broke" in str(row.problem)


def test_what_each_answer_comes_to(office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow, huge, redirecting, broken, gone, resetting, talking nonsense; a wrong certificate; a name that is not."""
    monkeypatch.setattr(schedule, "DELAYS_S", ())  # the first attempt is the last
    said = ["slow", "huge", "204", "301", "500", "410", "reset", "nonsense"]
    names = {office.register(path): path for path in said}
    names[office.register("ok", host="localhost.localdomain.invalid")] = "unknown"
    with Receiver(names=("other.example",), authority=heard.authority) as other:
        office.receiver = other
        names[office.register("ok")] = "certificate"
        office.submit()
        office.receiver = heard
        office.dispatch()
        office.settled(len(names))

    rows = {names[row.webhook_id]: row for row in office.rows()}
    assert {"slow": 200, "huge": 200, "204": 204} == {
        name: row.answer_code for name, row in rows.items() if row.status == "delivered"
    }
    assert {"301": 301, "500": 500, "410": 410} == {
        name: row.answer_code for name, row in rows.items() if row.status == "failed" and row.answer_code
    }
    assert [1] * len(names) == [row.attempts for row in rows.values()]
    assert 1_024 == len(rows["huge"].answer)
    for name, problem in (
        ("certificate", "certificate"),
        ("unknown", "resolve"),
        ("reset", "broke"),
        ("nonsense", "HTTP"),
    ):
        assert problem in rows[name].problem
    assert ["410"] == [names[hook] for hook in names if office.hooks.get(hook).disabled_at is not None]
    assert [] == other.requests


def test_attempts_are_measured(office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt is counted by what becomes of its delivery."""
    monkeypatch.setattr(schedule, "DELAYS_S", (0.01,) * 2)
    heard.script = ("500", "ok", "500")
    office.register("ok")
    office.submit(), office.submit()
    office.dispatch()
    office.settled(2)

    name = "lookalike_delivery_duration_seconds_count"
    statuses = ("delivered", "pending", "failed")
    counts = [office.registry.get_sample_value(name, {"status": status}) for status in statuses]
    assert [1, sum(row.attempts for row in office.rows()) - 2, 1] == counts


def test_those_that_hang_hold_up_nobody(office: Office, heard: Receiver) -> None:
    """Of 200 webhooks 50 hang: the others get their events all the same."""
    for number in range(200):
        office.register(f"{'hang' if number % 4 == 0 else 'ok'}/{number}", f"customer {number % 10}")
    for number in range(10):
        office.submit(f"customer {number}")
    office.dispatch()
    office.settled(150)

    assert 50 == len(office.rows(deliveries.c.status == "pending"))


def test_several_share_the_work(office: Office, heard: Receiver) -> None:
    """Three dispatchers send each message once."""
    office.register("ok")
    office.register("ok/2")
    for _ in range(40):
        office.submit()
    for owner in ("one", "two", "three"):
        office.dispatch(owner)
    office.settled(80)

    sent = [(request.line, request.headers["webhook-id"]) for request in heard.requests]
    assert 80 == len(sent) == len(set(sent))


def test_what_is_under_way_at_a_stop_is_sent_by_another(
    office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispatcher that is stopped while a receiver hangs gives the delivery back at once."""
    monkeypatch.setattr(dispatcher, "LEAVE_S", 0.1)
    heard.script = ("hang", "ok")
    office.register("ok")
    office.submit()
    office.dispatch()
    wait(lambda: heard.requests)
    office.stop.set()
    wait(lambda: not any(thread.is_alive() for thread in office.threads))
    office.stop.clear()
    office.dispatch("two")
    office.settled(1)

    first, second = heard.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def test_a_fault_of_ours_ends_one_attempt_only(
    office: Office, heard: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that nobody thought of is logged without its text, counts as an attempt, and all goes on."""
    monkeypatch.setattr(schedule, "DELAYS_S", (0.1,) * 9)
    faults = iter([ValueError("a secret"), KeyError("a secret")])

    def opened(sealed: bytes) -> str:
        for fault in faults:
            raise fault
        return sealed.decode()

    office.opened = opened
    office.register("ok")
    office.submit()
    office.dispatch()
    office.settled(1)

    [row] = office.rows()
    assert ("delivered", 3) == (row.status, row.attempts)
    assert 2 == sum("could not be sent" in record.message for record in caplog.records)
    assert "a secret" not in f"{[vars(record) for record in caplog.records]}"
