"""Whatever a caller sends is answered decently."""

import json
import string
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.api.models import CreateJobRequest, WebhookRegistrationRequest
from lookalike.data.parameters import TabularParameters

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
FIELDS = [*CreateJobRequest.model_fields, *WebhookRegistrationRequest.model_fields]
PARAMETERS = [*TabularParameters.model_fields]
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(FIELDS, JSON_VALUES),
        "parameters": JSON_VALUES | st.dictionaries(st.sampled_from(PARAMETERS), JSON_VALUES, max_size=4),
    },
)
HOOK = {"url": "https://hooks.example.com/", "events": ["job.failed"], "secret": "s" * 20}
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def decent(answer: Any) -> bool:
    return answer.status_code in (201, 202, 400, 403, 413) and (
        answer.status_code < 300 or {"code", "message", "details"} == set(answer.json()["error"])
    )


def post(service: Any, path: str, content: bytes) -> Any:
    headers = {**service.headers(), "Content-Type": "application/json"}
    return service.client.post(path, content=content, headers=headers)


@FUZZ
@given(changes=CHANGES)
def test_any_create_body_is_answered_decently(service: Any, changes: dict[str, Any]) -> None:
    """Any JSON in any field of a create body is 202 or an enveloped 4xx, never 422, never 5xx."""
    changes.pop("is_async", None)  # a wait is not what is tested here

    assert decent(post(service, "/api/v2/jobs", json.dumps({**service.body(), **changes}).encode()))


@FUZZ
@given(changes=CHANGES)
def test_any_webhook_body_is_answered_decently(service: Any, changes: dict[str, Any]) -> None:
    """Any JSON in any field of a register body is 201 or an enveloped 4xx, never 422, never 5xx."""
    assert decent(post(service, "/api/v2/webhooks/register", json.dumps({**HOOK, **changes}).encode()))


@FUZZ
@given(rest=st.text(alphabet=string.printable + "é中\u2028", max_size=30))
def test_any_url_is_answered_decently(service: Any, rest: str) -> None:
    """Any text after the scheme of a webhook's url is 201 or an enveloped 4xx."""
    body = json.dumps({**HOOK, "url": f"https://{rest}"}).encode()

    assert decent(post(service, "/api/v2/webhooks/register", body))


@FUZZ
@given(content=st.binary(max_size=60))
def test_any_bytes_are_answered_decently(service: Any, content: bytes) -> None:
    """Any bytes as a body are an enveloped 400."""
    assert decent(post(service, "/api/v2/jobs", content))


@FUZZ
@given(
    query=st.text(max_size=30) | st.text(alphabet="0123456789-:TZ+.", max_size=30),
    name=st.sampled_from(["limit", "offset", "status", "start_date", "end_date"]),
)
def test_any_filter_is_answered_decently(service: Any, query: str, name: str) -> None:
    """Any value of a filter is 200 or an enveloped 400."""
    value = quote(query.encode("utf-8", "surrogatepass"))
    answer = service.client.get(f"/api/v2/jobs?{name}={value}", headers=service.headers())

    assert answer.status_code in (200, 400)
