"""A job's form: what it asks for, how it is filled, and the same request as lines to be copied."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lookalike.console import fields
from lookalike.errors import ValidationError
from lookalike.operations.submission import Submission

DATA_TYPES = ("tabular", "time_series", "text")
FORMATS = ("csv", "parquet", "json", "jsonl", "arrow", "txt")
_TEXTS = ("input_bucket", "input_path", "input_format", "output_bucket", "output_path", "output_format", "project_id")
_NUMBERS = {"data_size": "1000", "timeout": "3600", "resume_window": "300"}
EMPTY = {
    **dict.fromkeys(_TEXTS, ""),
    **_NUMBERS,
    "data_type": "tabular",
    "input_format": "csv",
    "output_format": "csv",
    "project_id": "default",
}

Form = Mapping[str, Sequence[str]]


def filled(form: Form) -> dict[str, str]:
    """The plain fields of a form, each with its last value."""
    return {name: form.get(name, [EMPTY[name]])[-1].strip() for name in EMPTY}


def submission(form: Form) -> Submission:
    """
    What a form asks for.

    Raises:
        ValidationError: names each field that is no number, or no JSON.
    """
    told = filled(form)
    wrong = [(name, "must be a whole number") for name in _NUMBERS if not told[name].replace("_", "").isdecimal()]
    parameters: dict[str, Any] = {}
    try:
        parameters = fields.chosen(_known(told["data_type"]), form)
    except ValidationError as error:
        wrong += error.fields
    if wrong:
        summary = "; ".join(f"{name} {message}" for name, message in wrong)
        raise ValidationError(f"The job cannot be accepted: {summary}.", fields=wrong)
    numbers = {name: int(told[name]) for name in _NUMBERS}
    return Submission(**{**told, **numbers}, parameters=parameters)  # type: ignore[arg-type]  # names and types are ours


def body(asked: Submission) -> dict[str, Any]:
    """The body of the same request, without what is as it would be anyway."""
    told = {name: getattr(asked, name) for name in ("data_type", "data_size", *_TEXTS)}
    if asked.timeout != int(EMPTY["timeout"]):
        told["timeout"] = asked.timeout
    if asked.resume_window != int(EMPTY["resume_window"]):
        told["resume_window"] = asked.resume_window
    return {**told, "parameters": dict(asked.parameters)} if asked.parameters else told


def curl(asked: Submission, url: str) -> str:
    """The request as a command."""
    text = json.dumps(body(asked), indent=2, ensure_ascii=False).replace("'", "'\\''")
    return (
        f'curl -X POST {url}/api/v2/jobs \\\n  -H "Authorization: Bearer $TOKEN" \\\n'
        f"  -H \"Content-Type: application/json\" -d '{text}'"
    )


def python(asked: Submission, url: str) -> str:
    """The request as lines of Python."""
    lines = [f"    {json.dumps(name)}: {value!r}," for name, value in body(asked).items()]
    return "\n".join(
        [
            "from lookalike.client import Client",
            "",
            f'client = Client("{url}", token)',
            "job = client.submit({",
            *lines,
            "})",
        ]
    )


def of_job(configuration: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """A form as another job would fill it: its plain fields, and those of its parameters."""
    ways, parts = ("input", "output"), ("bucket", "path")
    places = {f"{way}_{part}": configuration[f"{way}_location"][part] for way in ways for part in parts}
    plain = {name: str(configuration[name]) for name in EMPTY if name in configuration}
    data_type = _known(str(configuration["data_type"]))
    return {**EMPTY, **plain, **places}, fields.shown(data_type, configuration["parameters"])


def _known(data_type: str) -> str:
    if data_type not in DATA_TYPES:
        raise ValidationError("There is no such data type.", fields=[("data_type", "is not known")])
    return data_type
