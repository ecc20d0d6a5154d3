"""Options that commands share."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from lookalike.errors import UsageError

set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A parameter, e.g. privacy=private; JSON if it is that.",
)
format_option = click.option("--format", "format_name", help="Format of files whose suffix does not tell.")
report_option = click.option("--report", type=click.Path(path_type=Path), help="Write a report: .html or .json.")


def parameters(settings: Iterable[str], **named: Any) -> dict[str, Any]:
    """
    Parameters from ``a.b=value`` words and from options of their own, which win.

    Raises:
        UsageError: a word without ``=``.
    """
    found: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path:
            raise UsageError(f"--set '{path}' has no value.", hint="Write it as KEY=VALUE.")
        _put(found, path.split("."), _value(text))
    return {**found, **{name: value for name, value in named.items() if value is not None}}


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
