"""The served document keeps the contract: what it gave stays as it was, only additions are let in."""

import json
from typing import Any

import pytest

from lookalike.api.routes.document import DOCUMENT

SPEC: dict[str, Any] = json.loads(DOCUMENT)
SCHEMAS = SPEC["components"]["schemas"]

# method, path, operationId, tag, statuses, parameters
OPERATIONS = """
get    /health                          getServiceHealthV2  Health         200,503,500             -
post   /api/v2/jobs                     createJobV2         v2 - Jobs      202,400,401,403,500     -
get    /api/v2/jobs                     getJobHistoryV2     v2 - Jobs      200,401,403,500         limit,offset,status,start_date,end_date
get    /api/v2/jobs/{job_id}            getJobStatusV2      v2 - Jobs      200,401,403,404,500     job_id
post   /api/v2/jobs/{job_id}/cancel     cancelJobV2         v2 - Jobs      200,400,401,403,404,500 job_id
post   /api/v2/jobs/{job_id}/resume     resumeJobV2         v2 - Jobs      200,400,401,403,404,500 job_id
post   /api/v2/webhooks/register        registerWebhookV2   v2 - Webhooks  201,400,401,403,500     -
get    /api/v2/webhooks                 listWebhooksV2      v2 - Webhooks  200,401,403,500         event
delete /api/v2/webhooks/{webhook_id}    deleteWebhookV2     v2 - Webhooks  200,401,403,404,500     webhook_id
"""  # noqa: E501  a table

# schema: each field with ! if required, its type, ? if nullable, =default, >=minimum
FIELDS = """
JobStage: name! string, status! JobStageStatusEnum, progress integer =0, start_time date-time ?, end_time date-time ?, error object ?
JobError: code! string, message! string
JobMetadata: input_size integer =0, output_size integer ?, processing_time integer ?, retry_count integer =0, expiration_date date-time ?
JobConfiguration: input_location! object, output_location! object, data_type! string, project_id! string, parameters object, input_format string ="csv"
CreateJobRequest: data_type! string, data_size! integer >=1, input_format! string, output_format! string, input_bucket! string, output_bucket! string, input_path! string, output_path! string, is_async boolean =true, timeout integer =3600 >=1, resume_window integer =300 >=1, parameters object, project_id! string
JobCreationResponse: job_id! uuid, status! string, message string ?
JobStatusResponse: job_id! uuid, customer_id! string, project_id! string, status! JobStatusEnum, progress! integer >=0, start_time! date-time, end_time date-time ?, last_updated! date-time, error JobError, stages! array, metadata! JobMetadata, configuration! JobConfiguration
JobHistoryResponse: jobs! array, total! integer, next_offset integer ?
JobActionResponse: success! boolean, message string ?
WebhookRegistrationRequest: url! url, events! array, secret! password, headers object ?
WebhookResponse: success! boolean, message! string, webhook_id uuid ?
WebhookConfigSafe: id! uuid, url! url, events! array, customer_id! string, headers object ?
WebhookListResponse: webhooks! array
ComponentStatus: name! string, status! string, message string ?, details object ?
ServiceHealthResponse: overall_status! string, components! array
ErrorDetail: field string
ErrorResponse: error! object
"""  # noqa: E501  a table

ENUMS = {
    "JobStageStatusEnum": "pending processing completed failed skipped",
    "JobStatusEnum": "queued running completed failed cancelled paused initialized",
    "WebhookEventEnum": "job.created job.updated job.completed job.failed",
}
ERROR_CODES = (
    "JOB_SUBMISSION_FAILED HISTORY_FETCH_FAILED JOB_NOT_FOUND INVALID_STATUS_FORMAT ACCESS_DENIED STATUS_FETCH_FAILED "
    "CANCEL_FAILED CANCEL_ERROR RESUME_FAILED RESUME_ERROR VALIDATION_ERROR WEBHOOK_REGISTRATION_FAILED "
    "WEBHOOK_LIST_FAILED WEBHOOK_NOT_FOUND WEBHOOK_DELETION_FAILED"
)

# words for people may differ; all else is fact
WORDS = frozenset({"description", "summary", "example"})


@pytest.mark.parametrize("row", OPERATIONS.strip().splitlines())
def test_an_operation_is_as_the_contract_has_it(row: str) -> None:
    """Path, verb, operationId, tag, parameters and at least the statuses are the contract's."""
    verb, path, operation_id, *tag, statuses, names = row.split()
    operation = SPEC["paths"][path][verb]
    told = {_resolved(SPEC, p)["name"] for p in operation.get("parameters", [])}

    assert (operation_id, [" ".join(tag)]) == (operation["operationId"], operation["tags"])
    assert set(statuses.split(",")) <= set(operation["responses"])
    assert (set() if names == "-" else set(names.split(","))) <= told
    assert ([] if path == "/health" else [{"OAuth2BearerAuth": []}]) == operation["security"]


@pytest.mark.parametrize("row", FIELDS.strip().splitlines())
def test_a_schema_is_as_the_contract_has_it(row: str) -> None:
    """Fields, types, defaults, minimums, what is nullable and exactly what is required are the contract's."""
    name, _, rest = row.partition(": ")
    fields = dict(field.split(" ", 1) for field in rest.split(", "))
    told = SCHEMAS[name]

    assert {field[:-1] for field in fields if field.endswith("!")} == set(told.get("required", []))
    for field, facts in fields.items():
        assert set(facts.split()) <= set(_facts(told["properties"][field.rstrip("!")])), field
        assert ("?" in facts.split()) is told["properties"][field.rstrip("!")].get("nullable", False), field


def test_enumerations_are_the_contracts() -> None:
    """States, stage states and events are exactly the contract's; error codes are at least its."""
    for name, values in ENUMS.items():
        assert values.split() == SCHEMAS[name]["enum"]
    assert set(ERROR_CODES.split()) <= set(SCHEMAS["ErrorCodeEnum"]["enum"])
    assert ["accepted", "rejected"] == SCHEMAS["JobCreationResponse"]["properties"]["status"]["enum"]


def test_the_slips_are_repaired() -> None:
    """WebhookIdPath is defined, a job's error is a plain reference, list and status operations have a 400."""
    webhook_id = SPEC["components"]["parameters"]["WebhookIdPath"]

    assert ("webhook_id", "path", True, "uuid") == (
        webhook_id["name"],
        webhook_id["in"],
        webhook_id["required"],
        webhook_id["schema"]["format"],
    )
    assert {"$ref": "#/components/schemas/JobError"} == SCHEMAS["JobStatusResponse"]["properties"]["error"]
    for path in ("/api/v2/jobs", "/api/v2/jobs/{job_id}", "/api/v2/webhooks"):
        assert "400" in SPEC["paths"][path]["get"]["responses"]


def test_only_additions_to_the_original(contract: dict[str, Any]) -> None:
    """Every fact of the original file, where it is at hand, stands in ours."""

    assert [] == _missing(contract, SPEC, "")


def _facts(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("$ref", "").rpartition("/")[2] or schema.get("format") or schema["type"]
    default = [f"={json.dumps(schema['default'])}"] if "default" in schema else []
    minimum = [f">={schema['minimum']}"] if "minimum" in schema else []
    return [kind, *default, *minimum, *(["?"] if schema.get("nullable") else [])]


def _resolved(document: Any, node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return target


def _missing(original: object, ours: object, where: str) -> list[str]:
    """Places where ours lacks a fact of the original; `required` and `enum` must be equal, error codes may grow."""
    if isinstance(original, dict):
        if not isinstance(ours, dict):
            return [where]
        if "$ref" in original:  # what stands beside it is ignored by OpenAPI 3.0
            return [] if original["$ref"] == ours.get("$ref") else [where]
        return [
            found
            for key, value in original.items()
            if not (key in WORDS and isinstance(value, str))
            for found in (_missing(value, ours[key], f"{where}/{key}") if key in ours else [f"{where}/{key}"])
        ]
    if isinstance(original, list) and where.endswith(("/required", "/enum")) and "ErrorCode" not in where:
        return [] if isinstance(ours, list) and sorted(original) == sorted(ours) else [where]
    if isinstance(original, list):
        names = [_name(item) for item in ours] if isinstance(ours, list) else []
        return [
            found
            for item in original
            for found in (
                _missing(item, ours[names.index(_name(item))], f"{where}/{_name(item)}")  # type: ignore[index]
                if _name(item) in names
                else [f"{where}/{_name(item)}"]
            )
        ]
    return [] if original == ours else [where]


def _name(item: object) -> str:
    return str(item.get("name", item)) if isinstance(item, dict) else str(item)
