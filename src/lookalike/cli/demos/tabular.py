"""A table of people: the first rows."""

import csv
from itertools import islice
from pathlib import Path

from rich.console import Console

from lookalike.cli.demos import Demo, table

ROWS_SHOWN, COLUMNS_SHOWN = 5, 5  # what a terminal of 80 columns has room for


def _show(console: Console, sample: Path, output: Path) -> None:
    with output.open(encoding="utf-8", newline="") as data:
        rows = list(islice(csv.reader(data), ROWS_SHOWN + 1))
    names = [*rows[0][:COLUMNS_SHOWN], f"and {len(rows[0]) - COLUMNS_SHOWN} more"]
    console.print(table("First rows, nobody's", names, [[*row[:COLUMNS_SHOWN], "…"] for row in rows[1:]]), "")


demo = Demo("tabular", "adult.csv", "4,000 rows of Adult census data (CC BY 4.0)", "people.csv", _show)
