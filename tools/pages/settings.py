"""What a service can be told: every section and key, from the settings themselves and what is written beneath each."""

import ast
import inspect
import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel

from lookalike import settings
from pages.kinds import kind, table

TOP = """# Settings

`lookalike.toml` in the home folder. An environment variable `LOOKALIKE_SECTION__KEY` wins over the file, such as
`LOOKALIKE_JOBS__SLOTS=2`. They are read once, at the start; a key that is unknown or wrong is told, and nothing
starts. Secrets are only named; `[secrets]` says in which variable or file they are.

"""
Meanings = dict[tuple[str, str], str]


def page() -> str:
    """The whole page."""
    meanings, fields = _meanings(), settings.Settings.model_fields
    top = [name for name, field in fields.items() if not _model(field.annotation)]
    sections = [(name, model) for name, field in fields.items() if (model := _model(field.annotation))]
    parts = [_section(fields[name].annotation, name, model, meanings) for name, model in sections]
    return "".join([TOP, "## At the top\n\n", _table(settings.Settings, [*top, "work_bucket"], meanings), *parts])


def _model(annotation: Any) -> type[BaseModel] | None:
    """The section that a field holds, or each of several under names of their own; None if it is a plain value."""
    value = get_args(annotation)[-1] if get_args(annotation) else annotation
    return value if isinstance(value, type) and issubclass(value, BaseModel) else None


def _section(annotation: Any, name: str, model: type[BaseModel], meanings: Meanings) -> str:
    title = f"{name}.NAME" if get_args(annotation) else name
    text = (inspect.getdoc(model) or "").replace("``", "`")
    return f"## `[{title}]` {{ #{name} }}\n\n{text}\n\n{_table(model, model.model_fields, meanings)}"


def _table(model: type[BaseModel], names: Iterable[str], meanings: Meanings) -> str:
    schema = model.model_json_schema()["properties"]
    rows = [
        (f"`{name}`", kind(schema[name], _named), _default(model, name), meanings[model.__name__, name])
        for name in names
    ]
    return table(("key", "type", "default", "meaning"), rows)


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "needed"
    value = field.get_default()
    if isinstance(value, settings.WorkBucket):
        value = value.url
    return "none" if value is None or value == {} else f"`{json.dumps(value)}`"


def _meanings() -> Meanings:
    """What stands beneath each key, by class and key."""
    found: Meanings = {}
    for part in ast.parse(inspect.getsource(settings)).body:
        if isinstance(part, ast.ClassDef):
            found |= {(part.name, key): text for key, text in _explained(part)}
    return found


def _explained(section: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for line, after in pairwise(section.body):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(after, ast.Expr):
            yield line.target.id, ast.literal_eval(after.value)


def _named(name: str) -> str:
    return {"SecretName": "`{ secret = NAME }`", "WorkBucket": "text, or [`[work_bucket]`](#work_bucket)"}[name]
