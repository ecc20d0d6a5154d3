"""The request bodies of the contract: fields, types, defaults. What the values mean is judged in `operations`."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from lookalike.api.bodies import check_texts
from lookalike.errors import ValidationError
from lookalike.operations.submission import Submission
from lookalike.operations.webhooks import Registration, Rotation
from lookalike.webhooks import EventType


class CreateJobRequest(BaseModel):
    """Body of ``POST /api/v2/jobs``."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    data_type: str
    data_size: int
    input_format: str
    output_format: str
    input_bucket: str
    output_bucket: str
    input_path: str
    output_path: str
    is_async: bool = True
    timeout: int = 3600
    resume_window: int = 300
    parameters: dict[str, Any] = {}
    project_id: str


class WebhookRegistrationRequest(BaseModel):
    """Body of ``POST /api/v2/webhooks/register``."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    url: str
    # strict mode would want an EventType already
    events: list[Annotated[EventType, Field(strict=False)]]
    secret: str
    headers: dict[str, str] | None = None


class RotateSecretRequest(BaseModel):
    """Body of ``POST /api/v2/webhooks/{webhook_id}/rotate-secret``."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    secret: str
    overlap_s: int = 86_400


Model = TypeVar("Model", bound=BaseModel)

# pydantic's kinds of error, in our words
_WORDS = {
    "missing": "is required",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "enum": f"must be one of {', '.join(EventType)}",
}


def submission(body: Mapping[str, Any]) -> Submission:
    """The create request a body is; ValidationError names every field that is missing or of the wrong type."""
    unknown = tuple(sorted(set(body) - set(CreateJobRequest.model_fields)))
    return Submission(**_read(CreateJobRequest, body).model_dump(), unknown=unknown)


def registration(body: Mapping[str, Any]) -> Registration:
    """The register request a body is; ValidationError names every field that is missing or of the wrong type."""
    read = _read(WebhookRegistrationRequest, body)
    return Registration(read.url, tuple(read.events), read.secret, read.headers)


def rotation(body: Mapping[str, Any]) -> Rotation:
    """The request a body is; ValidationError names every field that is missing or of the wrong type."""
    return Rotation(**_read(RotateSecretRequest, body).model_dump())


def _read(model: type[Model], body: Mapping[str, Any]) -> Model:
    known = {name: body[name] for name in model.model_fields if name in body}
    check_texts(known)
    try:
        return model.model_validate(known)
    except PydanticError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
    fields = [(".".join(map(str, e["loc"])), _WORDS.get(e["type"], "is not valid")) for e in found]
    summary = "; ".join(f"{name[:64]} {message}" for name, message in fields[:5])
    raise ValidationError(f"The body is not valid: {summary}.", fields=fields)
