"""The client and the OpenAPI document say the same."""

import inspect
import json
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from lookalike.api.routes.document import DOCUMENT
from lookalike.client import AsyncClient, Client, calls
from lookalike.client.answers import buckets, jobs, service, webhooks
from lookalike.client.calls import Call

SPEC: dict[str, Any] = json.loads(DOCUMENT)
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (verb.upper(), path, operation)
    for path, verbs in SPEC["paths"].items()
    for verb, operation in verbs.items()
    if verb in ("get", "post", "put", "delete", "patch")
}
# by operation: its method and arguments, every one that there is
METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "getServiceHealthV2": ("health", {}),
    "getLiveness": ("alive", {}),
    "getReadiness": ("ready", {}),
    "getMetrics": ("metrics", {}),
    "getOpenApiDocument": ("document", {}),
    "createJobV2": ("submit", {"request": {"data_type": "tabular"}, "idempotency_key": "k"}),
    "previewJobV2": ("preview", {"request": {"data_type": "tabular"}}),
    "getJobHistoryV2": (
        "jobs",
        {"limit": 1, "offset": 2, "status": "queued", "start_date": "2026-01-01", "end_date": "2026-01-02"},
    ),
    "getJobStatusV2": ("job", {"job_id": "j"}),
    "cancelJobV2": ("cancel", {"job_id": "j"}),
    "pauseJobV2": ("pause", {"job_id": "j"}),
    "resumeJobV2": ("resume", {"job_id": "j"}),
    "deleteJobV2": ("delete", {"job_id": "j"}),
    "listJobEventsV2": ("events", {"job_id": "j", "after": 1, "limit": 2}),
    "listArtefactsV2": ("artefacts", {"job_id": "j"}),
    "getArtefactV2": ("artefact", {"job_id": "j", "name": "n"}),
    "listModelsV2": ("models", {"limit": 1, "offset": 2}),
    "listBucketsV2": ("buckets", {}),
    "listObjectsV2": (
        "objects",
        {"bucket": "b", "prefix": "p/", "delimiter": "/", "limit": 1, "after": "a"},
    ),
    "putObjectV2": ("put", {"bucket": "b", "path": "p", "file": b"x"}),
    "registerWebhookV2": (
        "register_webhook",
        {"url": "https://a/", "events": ["job.failed"], "secret": "s", "headers": {"A": "b"}},
    ),
    "listWebhooksV2": ("webhooks", {"event": "job.failed"}),
    "deleteWebhookV2": ("delete_webhook", {"webhook_id": "w"}),
    "listDeliveriesV2": ("deliveries", {"webhook_id": "w", "limit": 1, "offset": 2, "status": "failed"}),
    "redeliverV2": ("redeliver", {"webhook_id": "w", "delivery_id": "d"}),
    "testWebhookV2": ("try_webhook", {"webhook_id": "w"}),
    "rotateWebhookSecretV2": ("rotate_secret", {"webhook_id": "w", "secret": "s", "overlap_s": 1}),
    "enableWebhookV2": ("enable_webhook", {"webhook_id": "w"}),
    "listAuditV2": (
        "audit",
        {"limit": 1, "offset": 2, "action": "job.create", "start_date": "2026-01-01", "end_date": "2026-01-02"},
    ),
}
IDS = {"job_id": "j", "webhook_id": "w", "delivery_id": "d", "bucket": "b", "name": "n", "path": "p"}
HTTP = ("Range", "If-None-Match")  # of downloads, which the client does by itself
ANSWERS = {
    name: kind for room in (buckets, jobs, service, webhooks) for name, kind in vars(room).items() if is_typeddict(kind)
}
ENUMS = {name: kind for room in (jobs, service, webhooks) for name, kind in vars(room).items() if name.endswith("Enum")}


def test_every_operation_has_a_method() -> None:
    """No operation of the document lacks a method, and none is called that is not there."""

    assert set(OPERATIONS) == set(METHODS)


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("operation", METHODS)
def test_methods_are_those_of_the_calls(client: type, operation: str) -> None:
    """Both clients have it under the same name, with the parameters of its call, and the async one is awaited."""
    name = METHODS[operation][0]
    method = getattr(client, name)
    _, *parameters = inspect.signature(method).parameters.values()

    assert list(inspect.signature(getattr(calls, name)).parameters.values()) == parameters
    assert method.__doc__
    assert (client is AsyncClient) == inspect.iscoroutinefunction(method)


def test_both_clients_do_the_same() -> None:
    """What one of them has, the other has."""
    public = [{name for name in vars(kind) if not name.startswith("_")} for kind in (Client, AsyncClient)]

    assert public[0] == public[1]


@pytest.mark.parametrize("operation", METHODS)
def test_requests_are_those_of_the_document(operation: str) -> None:
    """Verb and path, every parameter and every field of the body are those that the document has."""
    verb, path, told = OPERATIONS[operation]
    name, arguments = METHODS[operation]
    call: Call[Any] = getattr(calls, name)(**arguments)
    parameters = [_resolved(each) for each in told.get("parameters", [])]
    named = {kind: {each["name"] for each in parameters if each["in"] == kind} for kind in ("query", "header")}

    assert (verb, re.sub(r"\{(\w+)\}", lambda found: IDS[found[1]], path)) == (call.verb, call.path)
    assert named["query"] == set(call.params)
    assert named["header"] - set(HTTP) == set(call.headers) - {"Content-Type"}
    assert _told_fields(told) >= (set(call.body) if isinstance(call.body, dict) else set())
    assert ("requestBody" in told) == (call.body is not None)


@pytest.mark.parametrize("operation", METHODS)
def test_answers_are_those_of_the_document(operation: str) -> None:
    """The type of an answer is the schema of its name, or bytes or text where the document has these."""
    _, _, told = OPERATIONS[operation]
    returned = get_args(inspect.signature(getattr(calls, METHODS[operation][0])).return_annotation)[0]
    [content] = [answer["content"] for status, answer in told["responses"].items() if status in ("200", "201", "202")]
    schemas = {media: each["schema"] for media, each in content.items()}

    if is_typeddict(returned) and "$ref" in schemas["application/json"]:
        assert schemas["application/json"]["$ref"].rpartition("/")[2] == returned.__name__
    elif is_typeddict(returned):
        assert _plain(schemas["application/json"]) == _plain(_schema(returned))
    else:
        media = {bytes: "application/octet-stream", str: "text/plain"}
        assert media.get(returned, "application/json") in schemas


@pytest.mark.parametrize("name", sorted(set(ANSWERS) & set(SCHEMAS)))
def test_types_are_those_of_the_document(name: str) -> None:
    """A type has the fields of its schema, required or not, each of its type."""

    assert _plain(SCHEMAS[name]) == _plain(_schema(ANSWERS[name]))


def test_types_that_the_document_does_not_name() -> None:
    """Only what stands inside a schema has a name of our own."""

    assert {"Liveness", "Location", "PreviewEstimate", "PreviewSequence"} == set(ANSWERS) - set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_words_are_those_of_the_document(name: str) -> None:
    """A set of words is that of the document."""

    assert set(SCHEMAS[name]["enum"]) == set(get_args(ENUMS[name]))


def test_a_file_is_sent_as_it_is(tmp_path: Path) -> None:
    """Segments of paths are quoted where they must be; slashes of an object's path stay."""

    assert "/api/v2/buckets/b%20c/objects/a%20b/c%25.csv" == calls.put("b c", "a b/c%.csv", b"").path
    assert "/api/v2/jobs/a%2Fb/artefacts/c%3Fd" == calls.artefact("a/b", "c?d").path


def _resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: dict[str, Any] = SPEC["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def _told_fields(operation: dict[str, Any]) -> set[str]:
    content = operation.get("requestBody", {"content": {}})["content"]
    schema = content.get("application/json", {"schema": {}})["schema"]
    return set(SCHEMAS[schema["$ref"].rpartition("/")[2]]["properties"]) if "$ref" in schema else set()


def _schema(kind: Any) -> dict[str, Any]:
    """What the document would say of a type."""
    if is_typeddict(kind):
        hints = get_type_hints(kind)
        required = [name for name in hints if name in kind.__required_keys__]
        return {"type": "object", "required": required, "properties": {n: _schema(hint) for n, hint in hints.items()}}
    origin, args = get_origin(kind), get_args(kind)
    if type(None) in args:
        [inner] = [each for each in args if each is not type(None)]
        return {**_schema(inner), "nullable": True}
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is list:
        return {"type": "array", "items": _schema(args[0])}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}.get(kind, "object")}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without words, formats and limits, nor any order."""
    if "$ref" in schema:
        return _plain(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    kept = {name: schema[name] for name in ("type", "nullable") if name in schema}
    if "enum" in schema:
        kept["enum"] = sorted(schema["enum"])
    if "items" in schema:
        kept["items"] = _plain(schema["items"])
    if "properties" in schema:
        kept["properties"] = {name: _plain(each) for name, each in schema["properties"].items()}
        kept["required"] = sorted(schema.get("required", []))
    return kept
