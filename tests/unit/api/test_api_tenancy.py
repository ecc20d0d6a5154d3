"""No customer reaches another's: every route of the document, walked with another customer's ids."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator

# a bucket that only alice may read; artefacts have names that are the same for all
VAULT = {"bucket": "vault", "path": "adult.csv", "name": "report.html"}
IDS = ("job_id", "webhook_id", "delivery_id", "bucket", "path", "name")
VERBS = ("get", "post", "put", "patch", "delete")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                yield verb.upper(), path, verbs[verb]


def hook(service: Any, customer: str) -> str:
    body = {"url": "https://hooks.example.com/", "events": ["job.failed"], "secret": "s" * 20}
    return str(service.post("/api/v2/webhooks/register", customer, json=body).json()["webhook_id"])


def test_another_customers_ids_are_403_or_404_everywhere(service: Any) -> None:
    """As bob, alice's ids answer 403 or 404 on every route that takes one, and nothing of hers changes."""
    ids = {"job_id": service.job(), "webhook_id": hook(service, "alice"), **VAULT}
    ids["delivery_id"] = service.post(f"/api/v2/webhooks/{ids['webhook_id']}/test").json()["delivery_id"]
    before = service.get(f"/api/v2/jobs/{ids['job_id']}").json()
    walked = 0
    for verb, path, _ in operations(service.client.get("/openapi.json").json()):
        if "{" not in path:
            continue
        answer = service.client.request(verb, path.format(**ids), headers=service.headers("bob"))
        walked += 1

        assert answer.status_code in (403, 404), (verb, path)
    assert walked >= 5
    assert before == service.get(f"/api/v2/jobs/{ids['job_id']}").json()
    assert 1 == len(service.get("/api/v2/webhooks").json()["webhooks"])
    assert 0 == service.get("/api/v2/jobs", "bob").json()["total"]
    assert [] == service.get("/api/v2/webhooks", "bob").json()["webhooks"]


def test_ownership_comes_before_state(service: Any) -> None:
    """Cancelling another's ended job is 403, not 400."""
    job_id = service.job()
    service.post(f"/api/v2/jobs/{job_id}/cancel")

    assert 403 == service.post(f"/api/v2/jobs/{job_id}/resume", "bob").status_code
    assert 400 == service.post(f"/api/v2/jobs/{job_id}/resume", "alice").status_code


def test_every_secured_route_needs_a_token(service: Any) -> None:
    """Without a token every secured route is 401, and every open one is not."""
    for verb, path, operation in operations(service.client.get("/openapi.json").json()):
        answer = service.client.request(verb, path.format(**dict.fromkeys(IDS, "x")))

        assert (401 == answer.status_code) is (operation["security"] != []), (verb, path)


def test_every_secured_route_needs_its_scope(service: Any) -> None:
    """A token without scopes is 403 on every secured route, before body, query and state are judged."""
    ids = {"job_id": service.job(), "webhook_id": hook(service, "alice"), **VAULT}
    ids["delivery_id"] = service.post(f"/api/v2/webhooks/{ids['webhook_id']}/test").json()["delivery_id"]
    for verb, path, operation in operations(service.client.get("/openapi.json").json()):
        headers = service.headers("alice", scopes=frozenset())
        answer = service.client.request(verb, path.format(**ids) + "?limit=wrong", headers=headers, content=b"wrong")

        assert (403 == answer.status_code) is (operation["security"] != []), (verb, path, answer.status_code)


@pytest.mark.parametrize("prepare", ["initialized", "paused", "cancelled"])
def test_answers_are_as_the_document_says(service: Any, prepare: str) -> None:
    """Every answer of a short life has a documented status and the documented shape."""
    document = service.client.get("/openapi.json").json()
    job_id, webhook_id = service.job(), hook(service, "alice")
    if prepare != "initialized":
        service.post(f"/api/v2/jobs/{job_id}/{'pause' if prepare == 'paused' else 'cancel'}")
    delivery_id = service.post(f"/api/v2/webhooks/{webhook_id}/test").json()["delivery_id"]
    bodies = {
        "rotateWebhookSecretV2": {"secret": "t" * 20},
        "createJobV2": service.body(),
        "previewJobV2": service.body(),
        "registerWebhookV2": {"url": "https://hooks.example.com/x", "events": ["job.failed"], "secret": "s" * 20},
    }
    for verb, path, operation in operations(document):
        given = {"json": bodies[operation["operationId"]]} if operation["operationId"] in bodies else {}
        path = path.format(job_id=job_id, webhook_id=webhook_id, delivery_id=delivery_id, **VAULT)
        answer = service.client.request(verb, path, headers=service.headers(), **given)
        told = operation["responses"][str(answer.status_code)]
        told = document["components"]["responses"][told["$ref"].split("/")[-1]] if "$ref" in told else told
        kind = answer.headers["content-type"].partition(";")[0]
        schema = {**told["content"][kind]["schema"], "components": document["components"]}
        value = answer.json() if kind == "application/json" else answer.text

        assert [] == [error.message for error in OAS30ReadValidator(schema).iter_errors(value)], (verb, path)
