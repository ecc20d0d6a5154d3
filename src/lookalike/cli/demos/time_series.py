"""Tracks of storms: one that never was beside a real one, and the wind along some of them."""

import csv
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from statistics import median_low

from rich.console import Console
from rich.table import Table

from lookalike.cli.demos import Demo, table

KEY, TIME, WIND = "storm_id", "time", "wind"
SHOWN = {TIME: "when", "lat": "lat", "long": "long", WIND: "knots", "pressure": "hPa"}
ROWS_SHOWN, STORMS_SHOWN, BARS = 8, 5, 28  # what a terminal of 80 columns has room for
HELD_BACK = 0.2  # of 150 storms: of fewer than twenty nobody can say how well others are told from them
LEVELS = "▁▂▃▄▅▆▇█"
GAP = " " * 4  # between the half that was made up and the real one

Storm = Sequence[Mapping[str, str]]


def sparkline(values: Sequence[float], low: float, high: float) -> str:
    """At most `BARS` bars, each as high as the greatest of the values it stands for, of `low` … `high`."""
    n_bars = min(BARS, len(values))
    ends = [len(values) * bar // n_bars for bar in range(n_bars + 1)]
    tops = [max(values[first:end]) for first, end in pairwise(ends)]
    return "".join(LEVELS[_level((top - low) / (high - low or 1))] for top in tops)


def _level(share: float) -> int:
    return min(len(LEVELS) - 1, max(0, int(share * len(LEVELS))))


def _show(console: Console, sample: Path, output: Path) -> None:
    real, made = _storms(sample), _storms(output)
    whole = made[:-1] or made  # the last one is cut
    usual = median_low(len(storm) for storm in whole)
    ours = next(storm for storm in whole if len(storm) == usual)
    theirs = min(real, key=lambda storm: abs(len(storm) - usual))
    console.print(_beside(ours, theirs), "")
    console.print(_winds(_spread(whole), _spread(real)), "")
    n_rows = sum(map(len, made))
    told = f"{len(made)} storms that never were, the last one cut: exactly {n_rows:,} rows."
    console.print(told, "", highlight=False, sep="\n")


def _storms(path: Path) -> list[Storm]:
    """The steps of each storm, in the file's order."""
    found: dict[str, list[Mapping[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as data:
        for row in csv.DictReader(data):
            found.setdefault(row[KEY], []).append(row)
    return list(found.values())


def _spread(storms: Sequence[Storm]) -> list[Storm]:
    """A few of them, from all over the file: it may be in an order of its own."""
    n_shown = min(STORMS_SHOWN, len(storms))
    return [storms[(2 * n + 1) * len(storms) // (2 * n_shown)] for n in range(n_shown)]


def _beside(ours: Storm, theirs: Storm) -> Table:
    halves = [[_cells(step) for step in storm[:ROWS_SHOWN]] for storm in (ours, theirs)]
    none = [""] * len(SHOWN)
    rows = [[*left, GAP, *right] for left, right in zip_longest(*halves, fillvalue=none)]
    title = f"First steps of a storm that never was ({len(ours)}), and of a real one ({len(theirs)})"
    return table(title, [*SHOWN.values(), GAP, *SHOWN.values()], rows)


def _cells(step: Mapping[str, str]) -> list[str]:
    """Without the year, the minutes and the seconds."""
    return [f"{step[name][5:13]} h" if name == TIME else step[name] for name in SHOWN]


def _winds(made: Sequence[Storm], real: Sequence[Storm]) -> Table:
    ours, theirs = ([[float(s[WIND]) for s in storm if s[WIND]] for storm in storms] for storms in (made, real))
    seen = [wind for storm in (*ours, *theirs) for wind in storm]
    low, high = min(seen, default=0.0), max(seen, default=0.0)
    halves = [[_wind(storm, low, high) for storm in storms] for storms in (ours, theirs)]
    rows = [[*left, GAP, *right] for left, right in zip_longest(*halves, fillvalue=["", ""])]
    return table(
        "Wind along storms that never were, and along real ones", ["made up", "most", GAP, "real", "most"], rows
    )


def _wind(storm: Sequence[float], low: float, high: float) -> list[str]:
    """How it went, and the most there was, in knots."""
    return [sparkline(storm, low, high), f"{max(storm):>3.0f} kn"] if storm else ["", ""]


demo = Demo(
    "time_series",
    "storms.csv",
    "150 Atlantic storms, step by step (NOAA HURDAT2, public domain)",
    "storms.csv",
    _show,
    {"holdout_share": HELD_BACK},
)
