from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lookalike.errors import WebhookRefused
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.webhooks import EventType, Webhook
from somebody import SOMEBODY

E = EventType


@pytest.fixture
def hooks(engine):
    return SqlWebhookStore(engine)


@pytest.fixture
def webhook(now):
    def make(n, url=None, events=(E.COMPLETED, E.FAILED), customer="ada"):
        at = now + timedelta(seconds=n)
        return Webhook(f"w{n}", customer, url or f"https://example.org/{n}", events, b"\0s", None, at)

    return make


def test_a_registration_comes_back_as_it_was(hooks, webhook):
    """A stored webhook equals the one that was registered; an unknown one is None."""
    hooks.register(webhook(1), 20, SOMEBODY)

    assert webhook(1) == hooks.get("w1")
    assert hooks.get("w2") is None


def test_a_duplicate_is_refused(hooks, webhook):
    """Same customer, same URL, same set of events: refused; any of the three different: taken."""
    hooks.register(webhook(1, "u"), 20, SOMEBODY)
    with pytest.raises(WebhookRefused):
        hooks.register(webhook(2, "u", (E.FAILED, E.COMPLETED)), 20, SOMEBODY)
    hooks.register(webhook(3, "u", (E.FAILED,)), 20, SOMEBODY)
    hooks.register(webhook(4, "v"), 20, SOMEBODY)
    hooks.register(webhook(5, "u", customer="bob"), 20, SOMEBODY)

    assert ["w1", "w3", "w4"] == [each.webhook_id for each in hooks.list("ada", None)]


def test_registrations_are_limited(hooks, webhook):
    """A customer may have so many and no more; a deletion makes room."""
    hooks.register(webhook(1), 1, SOMEBODY)
    with pytest.raises(WebhookRefused):
        hooks.register(webhook(2), 1, SOMEBODY)

    assert hooks.delete("w1", SOMEBODY)
    assert not hooks.delete("w1", SOMEBODY)
    hooks.register(webhook(2), 1, SOMEBODY)


def test_the_limit_holds_in_a_race(hooks, webhook):
    """Of registrations at the same time no more succeed than the limit allows."""

    def register(n):
        try:
            hooks.register(webhook(n), 3, SOMEBODY)
        except WebhookRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(register, range(12)))

    assert 3 == sum(taken) == len(hooks.list("ada", None))


def test_listed_by_event(hooks, webhook):
    """With an event only those that hear of it are listed, oldest first."""
    hooks.register(webhook(2, events=(E.CREATED,)), 20, SOMEBODY)
    hooks.register(webhook(1, events=(E.CREATED, E.UPDATED)), 20, SOMEBODY)

    assert ["w1", "w2"] == [each.webhook_id for each in hooks.list("ada", E.CREATED)]
    assert ["w1"] == [each.webhook_id for each in hooks.list("ada", E.UPDATED)]
    assert [] == hooks.list("bob", None)
