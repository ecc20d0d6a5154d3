"""The HTTP API, operation by operation and object by object, from the document that the service serves."""

import json
from pathlib import Path
from typing import Any

from pages.kinds import kind, table

DOCUMENT = Path(__file__).parents[2] / "src" / "lookalike" / "api" / "openapi.json"
VERBS = ("post", "get", "put", "delete", "patch")
TOP = """# Operations and objects

Made from the document that a service serves at `/openapi.json`. What it means where fields and types are silent:
[The API](../api.md).

"""


def page() -> str:
    """The whole page."""
    document = json.loads(DOCUMENT.read_text("utf-8"))
    tags = [_tag(document, tag) for tag in document["tags"]]
    objects = [_object(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "".join([TOP, *tags, "## Objects\n\n", *objects])


def _tag(document: dict[str, Any], tag: dict[str, Any]) -> str:
    mine = [
        _operation(document, f"{verb.upper()} {path}", item[verb])
        for path, item in document["paths"].items()
        for verb in VERBS
        if tag["name"] in item.get(verb, {}).get("tags", ())
    ]
    title = tag["name"].removeprefix("v2 - ")
    return f"## {title}\n\n{tag['description']}\n\n" + "".join(mine)


def _operation(document: dict[str, Any], line: str, operation: dict[str, Any]) -> str:
    told = [_resolved(document, one) for one in operation.get("parameters", ())]
    rows = [
        (f"`{one['name']}`", one["in"], kind(one["schema"], _link), _needed(one), one.get("description", ""))
        for one in told
    ]
    return "".join(
        (
            f"### {operation['summary']} {{ #{operation['operationId']} }}\n\n`{line}`\n\n",
            f"{operation['description']}\n\n",
            table(("parameter", "in", "type", "needed", "meaning"), rows),
            _body(operation.get("requestBody", {})),
            _answers(document, operation["responses"]),
        )
    )


def _body(body: dict[str, Any]) -> str:
    content = _content(body)
    return f"Body: {content}.\n\n" if content else ""


def _answers(document: dict[str, Any], answers: dict[str, Any]) -> str:
    rows = []
    for status, answer in answers.items():
        told = _resolved(document, answer)
        rows.append((status, _content(told), told["description"]))
    return table(("status", "body", "when"), rows)


def _object(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        (f"`{key}`", kind(one, _link), "yes" if key in needed else _default(one), one.get("description", ""))
        for key, one in schema.get("properties", {}).items()
    ]
    one_of = "" if rows else f"{kind(schema, _link)}\n\n"
    head = ("field", "type", "needed", "meaning")
    return f"### {name}\n\n{schema.get('description', '')}\n\n{one_of}{table(head, rows)}"


def _needed(parameter: dict[str, Any]) -> str:
    return "yes" if parameter.get("required") else _default(parameter["schema"])


def _default(schema: dict[str, Any]) -> str:
    return f"no: `{json.dumps(schema['default'])}`" if "default" in schema else "no"


def _content(message: dict[str, Any]) -> str:
    """The objects that a body may be, or what it is a file of."""
    bodies = message.get("content", {}).items()
    kinds = (kind(one["schema"], _link) if "$ref" in one.get("schema", {}) else f"`{name}`" for name, one in bodies)
    return ", ".join(dict.fromkeys(kinds))


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    _, _, room, name = value["$ref"].split("/")
    found: dict[str, Any] = document["components"][room][name]
    return found
