"""What `lookalike demo` can show: a sample, what is asked of it, and its output as a person would look at it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_IDEALS = {"lower": "low", "higher": "high", "half": "0.5", "floor": "the same"}


@dataclass(frozen=True)
class Demo:
    """
    One kind of data.

    Attributes:
        sample, told: A packaged file, and what it holds.
        output: Name of the new file.
        parameters: Of the job, besides the seed.
        show: Prints what is worth seeing of the sample and the new file.
    """

    data_type: str
    sample: str
    told: str
    output: str
    show: Callable[[Console, Path, Path], None]
    parameters: Mapping[str, Any] = field(default_factory=dict)


def find(data_type: str) -> Demo:
    """The demo of a kind of data."""
    from lookalike.cli.demos import tabular, text, time_series

    return {"tabular": tabular.demo, "text": text.demo, "time_series": time_series.demo}[data_type]


def show_scores(console: Console, report: Path) -> None:
    """Every score that these data have, beside that of fresh real rows, and the verdict."""
    judged = json.loads(report.read_text("utf-8"))
    figures = {name: figure for name, figure in judged["figures"].items() if figure["value"] is not None}
    scores = [[name, _score(f["value"]), _score(f["floor"]), _ideal(f)] for name, f in figures.items()]
    headings = ["", "synthetic", "fresh real", "good is"]
    console.print(table("Scores, beside those of fresh real rows", headings, scores), "")
    console.print(judged["verdict"]["sentence"], "")


def show_places(console: Console, output: Path) -> None:
    """Where the new file is, and what stands beside it."""
    for name, ending in (("data", ""), ("manifest", ".manifest.json"), ("report", ".report.html")):
        console.print(f"{name:<9}{output}{ending}", soft_wrap=True, highlight=False)


def table(title: str, names: list[str], rows: list[list[str]]) -> Table:
    """A table without lines whose cells never wrap."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in names:
        made.add_column(name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        made.add_row(*row)
    return made


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _ideal(figure: dict[str, Any]) -> str:
    return _IDEALS[figure["direction"]]
