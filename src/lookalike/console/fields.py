"""The fields of a job's form: those of its parameters are made from their typed models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lookalike.data.parameters import PARAMETERS
from lookalike.errors import ValidationError

# shown at once, in this order; all others where one asks for more
FIRST = ("privacy", "quality", "seed", "evaluate")

# what each parameter is for, in a sentence; a test holds this against the models
HELP = {
    "attributes": "Columns that say of what kind a text is. Found if left out.",
    "backend": "What writes the texts.",
    "budget_s": "Seconds that learning texts may take.",
    "columns": 'What is known of columns: {"zip": {"type": "postcode"}}.',
    "conditions": 'Cells that rows must have: {"country": "DE"}, a list of such, or a table: {"bucket": …, "path": …}.',
    "constraints": 'Rules kept in every row: [{"type": "less", "columns": ["start", "end"]}].',
    "context_columns": "Columns that are the same all along a series. Found if left out.",
    "csv": 'How CSV is spelled: {"delimiter": ";", "null": "NA", "safe": true}.',
    "endpoint": 'A language model elsewhere: {"name": …, "model": …, "max_requests": …, "max_tokens": …}.',
    "evaluate": "Measure how close and how private the rows are.",
    "exclude": "Columns to leave out.",
    "fairness": 'Make a target independent: {"target": "income", "protected": ["sex"]}.',
    "fit_rows": "Learn from at most so many rows.",
    "frequency": "Time from step to step: 15m, 1h, 1d, 1bd, 1mo.",
    "holdout_share": "Share of the rows held back to judge by.",
    "if_exists": "What to do where something stands at the output path.",
    "impute": "Columns that are never missing in the output.",
    "layout": "Steps in rows (long), or a series in a row (wide).",
    "min_level_rows": "A level in fewer rows is never shown.",
    "model_from_job": "Use the model of this job instead of learning one.",
    "n_sequences": "Exactly so many series; the rows are then at most those asked for.",
    "part_rows": "Rows of a part, if the output path ends in /.",
    "privacy": "How far the rows keep from those they were learnt from.",
    "quality": "High takes longer and comes closer.",
    "rebalance": 'Shares of levels: {"income": {">50K": 0.5}}.',
    "release_gate": 'Publish only what keeps limits: "standard", or {"c2st_auc": {"max": 0.7}}.',
    "seed": "The same data, parameters and seed give the same bytes.",
    "sequence_index": "The column that orders the steps of a series. Found if left out.",
    "sequence_key": "Columns that tell series apart. Found if left out.",
    "sequence_length": "Steps of a series: a number, or [least, most].",
    "start": "Where series begin: a date, a time or a number.",
    "text_columns": "Columns of texts. Found if left out.",
    "transformer": 'A transformer of this machine: {"model_dir": "scratch", "epochs": 3}.',
}


@dataclass(frozen=True)
class Field:
    """
    One parameter as a form shows it.

    Attributes:
        kind: ``choice``, ``flag``, ``whole``, ``number``, ``word``, ``words`` (names with commas between) or ``json``.
        default: As text; empty where there is none.
    """

    name: str
    kind: str
    help: str
    default: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


@cache
def fields(data_type: str) -> tuple[Field, ...]:
    """The parameters of a data type: those that people ask for first, then all others by name."""
    properties = PARAMETERS[data_type].model_json_schema()["properties"]
    names = [*FIRST, *sorted(set(properties) - set(FIRST))]
    return tuple(_field(name, properties[name]) for name in names)


def chosen(data_type: str, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """
    The parameters that a form says, those left as they were left out.

    Raises:
        ValidationError: names each field that is no number or no JSON.
    """
    found, problems = {}, []
    for field in fields(data_type):
        name = f"{data_type}.{field.name}"
        text = form.get(name, [""])[-1].strip()
        if field.kind == "flag":
            text = "true" if text else "false"
        if not text or text == field.default:
            continue
        try:
            found[field.name] = _value(field, text)
        except ValueError:
            problems.append((f"parameters.{field.name}", _EXPECTED[field.kind]))
    if problems:
        summary = "; ".join(f"{name} {message}" for name, message in problems)
        raise ValidationError(f"The job cannot be accepted: {summary}.", fields=problems)
    return found


def shown(data_type: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """What the fields hold for parameters, by name."""
    told = {}
    for field in fields(data_type):
        value = parameters.get(field.name)
        told[field.name] = field.default if value is None else _text(field, value)
    return told


_EXPECTED = {"whole": "must be a whole number", "number": "must be a number", "json": "must be JSON"}


def _field(name: str, schema: Mapping[str, Any]) -> Field:
    plain = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    one = plain[0] if len(plain) == 1 else {}
    default = schema.get("default")
    limits = one.get("minimum", one.get("exclusiveMinimum")), one.get("maximum")
    field = Field(name, _kind(one), HELP[name], "", tuple(one.get("enum", ())), *limits)
    return Field(**{**vars(field), "default": "" if default is None else _text(field, default)})


def _kind(schema: Mapping[str, Any]) -> str:
    kind, items = schema.get("type"), schema.get("items", {})
    if "enum" in schema:
        return "choice"
    if kind == "array" and items.get("type") == "string":
        return "words"
    return {"boolean": "flag", "integer": "whole", "number": "number", "string": "word"}.get(str(kind), "json")


def _value(field: Field, text: str) -> Any:
    match field.kind:
        case "flag":
            return text == "true"
        case "whole":
            return int(text)
        case "number":
            return float(text)
        case "words":
            return [word.strip() for word in text.split(",") if word.strip()]
        case "json":
            return json.loads(text)
    return text


def _text(field: Field, value: Any) -> str:
    if field.kind == "words":
        return ", ".join(value)
    if field.kind == "json":
        return json.dumps(value, ensure_ascii=False) if value else ""
    return json.dumps(value) if isinstance(value, bool) else str(value)
