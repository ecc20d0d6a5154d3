"""When the client asks again, and what it says when it gives up."""

import json
from typing import Any

import pytest

from lookalike.client import Client, ServiceAway, ServiceError
from lookalike.client.retrying import FIRST_S, MOST_S, TOLD_MOST_S, TRIES, wait_s
from lookalike.errors import UsageError
from scripted import Asking, Script, Told

AT_ONCE = {"Retry-After": "0"}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again(asking: Asking, script: Script, status: int) -> None:
    """A status that passes is waited for; the answer behind it is given."""
    script.answers = [Told(status, headers=AT_ONCE), Told(status, headers=AT_ONCE), Told(body=b'{"job_id": "j"}')]

    assert {"job_id": "j"} == asking("job", "j")
    assert 3 == len(script.asked)


def test_a_line_that_goes_dead_is_tried_again(asking: Asking, script: Script) -> None:
    """Without an answer, or with half of one, it is asked again."""
    script.answers = [Told(cut=0), Told(body=b'{"a": 1}', cut=3), Told(body=b'{"a": 1}')]

    assert {"a": 1} == asking("job", "j")
    assert 3 == len(script.asked)


def test_a_create_is_the_same_create_each_time(asking: Asking, script: Script) -> None:
    """A submission always has a key, the same at each try and another one for each submission."""
    script.answers = [Told(cut=0), Told(503, headers=AT_ONCE), Told(202, b'{"job_id": "j"}')]
    asking("submit", {"data_type": "tabular"})
    asking("submit", {"data_type": "tabular"})
    asking("submit", {"data_type": "tabular"}, idempotency_key="mine")
    keys = [asked.headers["idempotency-key"] for asked in script.asked]

    assert (1, 3, "mine") == (len(set(keys[:3])), len(set(keys)), keys[4])
    assert {b'{"data_type":"tabular"}'} == {asked.body for asked in script.asked}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("cancel", ("j",)),
        ("pause", ("j",)),
        ("resume", ("j",)),
        ("preview", ({},)),
        ("register_webhook", ("https://a/", ["job.failed"], "s")),
        ("redeliver", ("w", "d")),
        ("try_webhook", ("w",)),
        ("rotate_secret", ("w", "s")),
        ("enable_webhook", ("w",)),
    ],
)
@pytest.mark.parametrize("told", [Told(503, headers=AT_ONCE), Told(cut=0)], ids=["refused", "dead"])
def test_what_might_be_done_twice_is_not(
    asking: Asking, script: Script, method: str, arguments: tuple[Any, ...], told: Told
) -> None:
    """Other POSTs are sent once."""
    script.answers = [told]
    with pytest.raises((ServiceError, ServiceAway)):
        asking(method, *arguments)

    assert 1 == len(script.asked)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_what_stays_wrong_is_told_at_once(asking: Asking, script: Script, status: int) -> None:
    """An error that waiting does not mend is raised with all that the service said."""
    error = {"code": "SOME_CODE", "message": "It is so.", "details": {"request_id": "r", "errors": [{"field": "f"}]}}
    script.answers = [Told(status, json.dumps({"error": error}).encode())]
    with pytest.raises(ServiceError, match="It is so") as caught:
        asking("job", "j")
    told = caught.value

    assert (status, "SOME_CODE", "r") == (told.status, told.code, told.request_id)
    assert [{"field": "f"}] == told.details["errors"]
    assert 1 == len(script.asked)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": "x"}}', b"\xff"])
def test_errors_of_others(asking: Asking, script: Script, body: bytes) -> None:
    """What stands between here and the service may answer anything: it is an error with its status and request id."""
    script.answers = [Told(500, body, {"X-Request-Id": "r"})]
    with pytest.raises(ServiceError, match="500") as caught:
        asking("job", "j")

    assert ("UNKNOWN", "r") == (caught.value.code, caught.value.request_id)


def test_success_that_is_no_json(asking: Asking, script: Script) -> None:
    """A page where JSON should be is an error, not a result."""
    script.answers = [Told(200, b"<html>")]
    with pytest.raises(ServiceError, match="200"):
        asking("job", "j")


def test_tries_come_to_an_end(asking: Asking, script: Script) -> None:
    """A service that goes on refusing is given up, with its last word."""
    script.answers = [Told(503, headers=AT_ONCE)]
    with pytest.raises(ServiceError, match="503") as caught:
        asking("job", "j")

    assert caught.value.retryable
    assert TRIES == len(script.asked)


def test_who_wants_to_be_left_alone_for_long_is(asking: Asking, script: Script) -> None:
    """A wait longer than anybody waits is no wait: the error is told at once."""
    script.answers = [Told(429, headers={"Retry-After": "86400"})]
    with pytest.raises(ServiceError):
        asking("job", "j")

    assert 1 == len(script.asked)


def test_nobody_there() -> None:
    """A service that does not answer is away, and its place is named."""
    with Client("http://127.0.0.1:9", "t") as client, pytest.raises(ServiceAway, match=r"http://127\.0\.0\.1:9 "):
        client.cancel("j")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://a", ""])
def test_a_url_that_is_none(url: str) -> None:
    """It is told before anything is asked."""
    with pytest.raises(UsageError, match="http"):
        Client(url, "t")


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize("method", ["health", "ready"])
def test_ill_health_is_an_answer(asking: Asking, script: Script, method: str, status: int) -> None:
    """How an unhealthy service is can be read, at once."""
    script.answers = [Told(status, b'{"overall_status": "unhealthy", "something": "new"}')]

    assert {"overall_status": "unhealthy", "something": "new"} == asking(method)
    assert 1 == len(script.asked)


def test_metrics_are_text(asking: Asking, script: Script) -> None:
    """Measurements come as they are."""
    script.answers = [Told(503, b"up 1\n")]

    assert "up 1\n" == asking("metrics")


def test_waits_grow_and_differ() -> None:
    """Without being told, waits double up to the most, and no two are alike."""
    waits = [[wait_s(None, n_tried) or 0 for _ in range(20)] for n_tried in (1, 2, 10)]

    assert all(FIRST_S / 2 <= each <= FIRST_S for each in waits[0])
    assert all(FIRST_S <= each <= FIRST_S * 2 for each in waits[1])
    assert all(MOST_S / 2 <= each <= MOST_S for each in waits[2])
    assert 1 < len(set(waits[0]))
    assert TOLD_MOST_S > MOST_S


def test_what_is_sent_along(asking: Asking, script: Script) -> None:
    """The token, and of the query only what is given."""
    asking("jobs", limit=3, status="failed")
    [asked] = script.asked

    assert ("Bearer token", "/api/v2/jobs?limit=3&status=failed") == (asked.headers["authorization"], asked.path)
