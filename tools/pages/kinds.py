"""What a JSON schema says of a value, in words for a cell of a table."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

_BARRED = re.compile(r"`([^`]*\|[^`]*)`")
Schema = Mapping[str, Any]
Link = Callable[[str], str]
"""What stands for the schema of that name: a link, or its name."""

_WORDS = {
    "array": "list",
    "object": "table of keys",
    "integer": "whole number",
    "string": "text",
    "boolean": "true, false",
}
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "pattern": "matching `{}`",
}


def kind(schema: Schema, link: Link) -> str:
    """The type of a value, its form and its bounds, as Markdown in one line."""
    if "$ref" in schema:
        return link(schema["$ref"].rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]) if value is not None)
    options = [one for name in ("anyOf", "oneOf", "allOf") for one in schema.get(name, ())]
    if options:
        return " or ".join(dict.fromkeys(kind(one, link) for one in options if one.get("type") != "null"))
    word = _word(schema, link)
    bounds = [text.format(_number(schema[name])) for name, text in _BOUNDS.items() if name in schema]
    return ", ".join([word, *bounds, *(["or null"] if schema.get("nullable") else [])])


def _word(schema: Schema, link: Link) -> str:
    if "format" in schema:
        return str(schema["format"])
    if schema.get("type") == "array" and schema.get("items"):
        return f"list of {kind(schema['items'], link)}"
    if isinstance(schema.get("additionalProperties"), Mapping) and schema["additionalProperties"]:
        return f"table of keys, each {kind(schema['additionalProperties'], link)}"
    name = str(schema.get("type", "any"))
    return _WORDS.get(name, name)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def cell(text: str) -> str:
    """The text in one line; bars within code are told as HTML, since Markdown would end the cell at them."""
    line = _BARRED.sub(lambda code: f"<code>{escape(code[1])}</code>", " ".join(text.split()))
    return line.replace("|", "&#124;")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown; nothing if it has no rows."""
    if not rows:
        return ""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines) + "\n\n"
