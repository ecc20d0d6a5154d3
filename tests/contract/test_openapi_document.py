"""The served document is valid and says what the code does."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from lookalike import plugins
from lookalike.api import queries
from lookalike.api.errors import FAILURES
from lookalike.api.models import CreateJobRequest, WebhookRegistrationRequest
from lookalike.api.routes.document import DOCUMENT
from lookalike.jobs.states import JobStatus, StageStatus
from lookalike.operations.health import Condition
from lookalike.webhooks import EventType

ROUTES = "lookalike.api.routes"
SPEC: dict[str, Any] = json.loads(DOCUMENT)
SCHEMAS = SPEC["components"]["schemas"]
PYTHON = {"string": str, "integer": int, "boolean": bool}


def test_the_document_is_valid_openapi() -> None:
    """openapi-spec-validator finds nothing, and the version is 3.0.3."""
    validate(SPEC)

    assert "3.0.3" == SPEC["openapi"]


def test_nothing_stands_beside_a_reference() -> None:
    """OpenAPI 3.0 ignores what stands beside $ref, so nothing does."""

    def walk(node: object) -> list[object]:
        inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        beside = [node] if isinstance(node, dict) and "$ref" in node and len(node) > 1 else []
        return beside + [found for item in inner for found in walk(item)]

    assert [] == walk(SPEC)


def test_routes_are_those_of_the_document() -> None:
    """Every route is documented under its operationId, and every documented operation is a route."""
    routers = [plugins.part(ROUTES, name).router for name in plugins.names(ROUTES)]
    routes = {
        (r.path.replace(":path", ""), verb.lower(), r.operation_id)
        for router in routers
        for r in router.routes
        for verb in r.methods
    }
    told = {(path, verb, o["operationId"]) for path, verbs in SPEC["paths"].items() for verb, o in verbs.items()}

    assert told == routes


def test_each_operation_with_a_500_has_a_code_for_it() -> None:
    """The table of failure codes holds exactly the operations that document a 500."""
    told = {o["operationId"] for v in SPEC["paths"].values() for o in v.values() if "500" in o["responses"]}

    assert told == set(FAILURES)
    assert set(FAILURES.values()) <= set(SCHEMAS["ErrorCodeEnum"]["enum"])


@pytest.mark.parametrize("model", [CreateJobRequest, WebhookRegistrationRequest])
def test_request_models_are_those_of_the_document(model: type[BaseModel]) -> None:
    """Fields, types, defaults and what is required are the same in model and document."""
    told = SCHEMAS[model.__name__]

    assert set(told["properties"]) == set(model.model_fields)
    assert set(told["required"]) == {name for name, field in model.model_fields.items() if field.is_required()}
    for name, field in model.model_fields.items():
        if "default" in told["properties"][name]:
            assert told["properties"][name]["default"] == field.default
        kind = told["properties"][name]["type"]
        if kind in PYTHON:
            assert PYTHON[kind] is field.annotation


@pytest.mark.parametrize(
    ("schema", "values"),
    [("JobStatusEnum", JobStatus), ("JobStageStatusEnum", StageStatus), ("WebhookEventEnum", EventType)],
)
def test_enumerations_are_those_of_the_document(schema: str, values: type[Any]) -> None:
    """States and events are the same in code and document."""
    assert sorted(SCHEMAS[schema]["enum"]) == sorted(values)


def test_limits_are_those_of_the_document() -> None:
    """Default and bounds of a page, and the conditions of health, are the same in code and document."""
    parameters = {p["name"]: p["schema"] for p in SPEC["paths"]["/api/v2/jobs"]["get"]["parameters"]}

    assert (queries.LIMIT_DEFAULT, 1, queries.LIMIT_MAX) == tuple(
        parameters["limit"][name] for name in ("default", "minimum", "maximum")
    )
    assert sorted(Condition) == sorted(SCHEMAS["ComponentStatus"]["properties"]["status"]["enum"])
