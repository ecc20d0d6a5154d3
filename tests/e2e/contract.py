"""The original contract, with its slips repaired."""

from copy import deepcopy
from typing import Any

WEBHOOK_ID = {"name": "webhook_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
FILTERED = ("/api/v2/jobs", "/api/v2/jobs/{job_id}", "/api/v2/webhooks")


def repaired(original: dict[str, Any]) -> dict[str, Any]:
    """The contract with the parameter that it forgot, without what stood beside a reference, with 400 for filters."""
    document = deepcopy(original)
    document["components"]["parameters"]["WebhookIdPath"] = WEBHOOK_ID
    del document["components"]["schemas"]["JobStatusResponse"]["properties"]["error"]["nullable"]
    for path in FILTERED:
        document["paths"][path]["get"]["responses"]["400"] = {"$ref": "#/components/responses/BadRequest"}
    return document


def with_added_verb(document: dict[str, Any]) -> dict[str, Any]:
    """The contract and the one verb that was added to a path of its own: a job is deleted as it is cancelled."""
    jobs, path = document["paths"], "/api/v2/jobs/{job_id}"
    delete = {**jobs[f"{path}/cancel"]["post"], "operationId": "deleteJobV2"}
    return {**document, "paths": {**jobs, path: {**jobs[path], "delete": delete}}}
