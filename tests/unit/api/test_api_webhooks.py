"""What the API shows of webhooks, over HTTP, against a real ledger."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

WEBHOOKS = "/api/v2/webhooks"
SECRET = "a-secret-of-some-length"


def hook(**changes: Any) -> dict[str, Any]:
    return {"url": "https://hooks.example.com/in", "events": ["job.completed"], "secret": SECRET, **changes}


def register(service: Any, customer: str = "alice", **changes: Any) -> Any:
    return service.post(f"{WEBHOOKS}/register", customer, json=hook(**changes))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["error"]["details"]["errors"]]


def test_a_webhook_lives_from_register_to_delete(service: Any) -> None:
    """201 with an id; listed in normal form without its secret; deleted with 200; gone with 404."""
    answer = register(
        service, url="HTTPS://Hooks.Example.com:443", headers={"X-Team": "a", "Authorization": "Bearer q"}
    )
    webhook_id = answer.json()["webhook_id"]
    listed = service.get(WEBHOOKS).json()["webhooks"]
    gone = service.client.request("DELETE", f"{WEBHOOKS}/{webhook_id.upper()}", headers=service.headers())

    assert (201, True) == (answer.status_code, answer.json()["success"])
    assert [
        {
            "id": webhook_id,
            "url": "https://hooks.example.com/",
            "events": ["job.completed"],
            "customer_id": "alice",
            "headers": {"X-Team": "a", "Authorization": "***"},
            "enabled": True,
            "disabled_reason": None,
        }
    ] == listed
    assert (200, webhook_id) == (gone.status_code, gone.json()["webhook_id"])
    again = service.client.request("DELETE", f"{WEBHOOKS}/{webhook_id}", headers=service.headers())
    assert (404, "WEBHOOK_NOT_FOUND") == code(again)


def test_secrets_are_stored_encrypted(service: Any) -> None:
    """Neither the secret nor a header's value stands readable in the database file."""
    register(service, headers={"Authorization": "Bearer very-hidden"})
    database = sqlite3.connect(service.home / "ledger.db")
    rows = database.execute("SELECT * FROM webhooks").fetchall()
    database.close()

    assert 1 == len(rows)
    assert SECRET not in str(rows)
    assert "very-hidden" not in str(rows)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": 7}, "url"),
        ({"url": ""}, None),
        ({"url": "https://"}, "url"),
        ({"url": "https://user:pass@hooks.example.com/"}, "url"),
        ({"url": "https://hooks.example.com/#part"}, "url"),
        ({"url": "https://hooks.example.com/a b"}, "url"),
        ({"url": " https://hooks.example.com/"}, "url"),
        ({"url": "https://hooks.example.com\\@evil.example/"}, "url"),
        ({"url": "https://hooks.example.com:99999/"}, "url"),
        ({"url": "https://hooks.example.com/" + "a" * 2048}, "url"),
        ({"url": "https://2130706433/"}, "url"),
        ({"url": "https://0x7f.1/"}, "url"),
        ({"url": "https://0177.0.0.1/"}, "url"),
        ({"url": "https://127.1/"}, "url"),
        ({"url": "https://１２７.0.0.1/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["job.completed", "job.completed"]}, "events"),
        ({"events": ["job.exploded"]}, "events.0"),
        ({"events": "job.completed"}, "events"),
        ({"secret": "short"}, "secret"),
        ({"secret": "s" * 257}, "secret"),
        ({"secret": "whsec_!!!!!!!!!!!!!!"}, "secret"),
        ({"headers": {"Host": "x"}}, "headers.Host"),
        ({"headers": {"content-type": "x"}}, "headers.content-type"),
        ({"headers": {"Webhook-Id": "x"}}, "headers.Webhook-Id"),
        ({"headers": {"Connection": "x"}}, "headers.Connection"),
        ({"headers": {"X-A": "a\r\nB: c"}}, "headers.X-A"),
        ({"headers": {"X A": "a"}}, "headers"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers"),
        ({"headers": {f"X-{i}": "1" for i in range(21)}}, "headers"),
        ({"headers": {"X-A": 1}}, "headers.X-A"),
        ({"headers": []}, "headers"),
    ],
)
def test_what_cannot_be_registered_is_400_by_field(service: Any, changes: dict[str, Any], field: str | None) -> None:
    """A wrong value is 400 VALIDATION_ERROR naming the field, and never quotes the secret."""
    answer = register(service, **changes)

    assert 400 == answer.status_code
    assert SECRET not in answer.text
    if field is not None:
        assert [field] == fields(answer)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://nowhere.example.com/",
        "https://inside.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::808:808]/",
        "https://169.254.169.254/latest",
        "https://10.0.0.7/",
        "https://localhost/",
    ],
)
def test_what_may_not_be_reached_is_refused(service: Any, url: str) -> None:
    """No https, an unresolvable host, or any address that is not global: 400 WEBHOOK_REGISTRATION_FAILED."""
    answer = register(service, url=url)

    assert (400, "WEBHOOK_REGISTRATION_FAILED") == code(answer)
    assert url.startswith(("http:", "ftp:")) or "webhooks.allow" in answer.json()["error"]["message"]
    assert "10.0.0.7" not in answer.text or "10.0.0.7" in url


def test_an_operator_can_allow_more(make: Callable[..., Any]) -> None:
    """Hosts and networks of webhooks.allow, and http by setting, are let in; others still are not."""
    service = make(allow=("127.0.0.0/8", "inside.example.com"), allow_http=True)

    assert 201 == register(service, url="http://127.0.0.1:9000/hook").status_code
    assert 201 == register(service, url="https://inside.example.com/").status_code
    assert 400 == register(service, url="https://10.0.0.7/").status_code


def test_duplicates_and_too_many_are_refused(service: Any) -> None:
    """The same place with the same events, or a 21st, is 400 WEBHOOK_REGISTRATION_FAILED; others' do not count."""
    register(service, events=["job.failed", "job.completed"])
    same = register(service, url="https://HOOKS.example.com:443/in", events=["job.completed", "job.failed"])

    assert (400, "WEBHOOK_REGISTRATION_FAILED") == code(same)
    assert 201 == register(service, "bob", events=["job.failed", "job.completed"]).status_code

    answers = [register(service, url=f"https://hooks.example.com/{i}").status_code for i in range(20)]

    assert [201] * 19 + [400] == answers


def test_a_list_can_be_narrowed_to_an_event(service: Any) -> None:
    """With ?event= only webhooks that hear of it are listed; an event that is none is 400."""
    register(service, events=["job.failed"])
    register(service, events=["job.created", "job.completed"])

    assert [["job.created", "job.completed"]] == [
        w["events"] for w in service.get(f"{WEBHOOKS}?event=job.created").json()["webhooks"]
    ]
    assert [] == service.get(f"{WEBHOOKS}?event=job.updated").json()["webhooks"]
    assert (400, ["event"]) == (
        service.get(f"{WEBHOOKS}?event=x").status_code,
        fields(service.get(f"{WEBHOOKS}?event=x")),
    )


def test_a_test_is_a_delivery_like_any_other(service: Any) -> None:
    """202 with its id; the list shows it waiting, with nothing said yet; pages and statuses narrow the list."""
    webhook_id = register(service).json()["webhook_id"]
    sent = [service.post(f"{WEBHOOKS}/{webhook_id}/test") for _ in range(3)]
    page = service.get(f"{WEBHOOKS}/{webhook_id}/deliveries?limit=2&status=pending").json()
    first = page["deliveries"][0]

    assert {202} == {answer.status_code for answer in sent}
    assert (3, 2, 2) == (page["total"], page["next_offset"], len(page["deliveries"]))
    assert {first["id"]} < {answer.json()["delivery_id"] for answer in sent}
    assert ("webhook.test", "pending", 0, None, None) == tuple(
        first[name] for name in ("type", "status", "attempts", "job_id", "answer_code")
    )
    assert 0 == service.get(f"{WEBHOOKS}/{webhook_id}/deliveries?status=failed").json()["total"]
    assert (400, "VALIDATION_ERROR") == code(service.get(f"{WEBHOOKS}/{webhook_id}/deliveries?status=lost"))


def test_what_is_sent_again(service: Any) -> None:
    """202 for a delivery of the webhook; 404 for one of another webhook, and for what is no id."""
    mine, other = (register(service, events=[event]).json()["webhook_id"] for event in ("job.failed", "job.updated"))
    delivery_id = service.post(f"{WEBHOOKS}/{mine}/test").json()["delivery_id"]

    assert 202 == service.post(f"{WEBHOOKS}/{mine}/deliveries/{delivery_id}/redeliver").status_code
    for webhook_id, wanted in ((other, delivery_id), (mine, mine), (mine, "x")):
        answer = service.post(f"{WEBHOOKS}/{webhook_id}/deliveries/{wanted}/redeliver")
        assert (404, "DELIVERY_NOT_FOUND") == code(answer)


def test_secrets_rotate(service: Any) -> None:
    """200; a secret that cannot sign and an overlap out of bounds are named; no secret is shown or stored readable."""
    webhook_id = register(service).json()["webhook_id"]
    rotate = f"{WEBHOOKS}/{webhook_id}/rotate-secret"
    done = service.post(rotate, json={"secret": "another-secret-of-some-length", "overlap_s": 60})
    wrong = service.post(rotate, json={"secret": "short", "overlap_s": -1})

    assert (200, webhook_id) == (done.status_code, done.json()["webhook_id"])
    assert (400, ["secret", "overlap_s"]) == (wrong.status_code, fields(wrong))
    assert b"another-secret" not in (service.home / "ledger.db").read_bytes()


def test_a_disabled_webhook_is_enabled_again(service: Any) -> None:
    """Disabled, it takes no test and the list says why; enabled, it does."""
    webhook_id = register(service).json()["webhook_id"]
    with sqlite3.connect(service.home / "ledger.db") as database:
        database.execute("UPDATE webhooks SET disabled_at = 1, disabled_reason = 'it is gone'")
    database.close()
    [shown] = service.get(WEBHOOKS).json()["webhooks"]
    refused = service.post(f"{WEBHOOKS}/{webhook_id}/test")

    assert (False, "it is gone") == (shown["enabled"], shown["disabled_reason"])
    assert (400, "VALIDATION_ERROR") == code(refused)
    assert "/enable" in refused.text
    assert 200 == service.post(f"{WEBHOOKS}/{webhook_id}/enable").status_code
    assert 202 == service.post(f"{WEBHOOKS}/{webhook_id}/test").status_code
