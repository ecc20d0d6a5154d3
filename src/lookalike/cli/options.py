"""Options that commands share."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import click

from lookalike.errors import UsageError

set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter, e.g. privacy=private; JSON if it is that.",
)
params_option = click.option(
    "--params",
    "params_file",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Parameters as a JSON object; - reads standard input. --set wins.",
)
format_option = click.option("--format", "format_name", help="Format of files whose suffix does not tell.")
report_option = click.option("--report", type=click.Path(path_type=Path), help="Write a report: .html or .json.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def tell(document: Any, as_json: bool, *lines: str) -> None:
    """Print lines for people, or one JSON document."""
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def parameters(settings: Iterable[str], file: TextIO | None = None, /, **named: Any) -> dict[str, Any]:
    """
    Parameters from a file, from ``a.b=value`` words, which win over it, and from options of their own, which win.

    Raises:
        UsageError: a word without ``=``; a file that holds no JSON object.
    """
    found = {} if file is None else _read(file)
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path:
            raise UsageError(f"--set '{path}' has no value.", hint="Write it as KEY=VALUE.")
        _put(found, path.split("."), _value(text))
    return {**found, **{name: value for name, value in named.items() if value is not None}}


def _read(file: TextIO) -> dict[str, Any]:
    try:
        value = json.load(file)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UsageError("The file of --params is no JSON object.", hint='Write it as {"key": value, …}.')
    return value


def _put(found: dict[str, Any], path: list[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        inner = found.setdefault(name, {})
        if not isinstance(inner, dict):
            raise UsageError(f"--set '{'.'.join(path)}' and '{name}' cannot both be set.")
        found = inner
    found[last] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
