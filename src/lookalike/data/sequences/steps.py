"""Which columns of a wide table are steps, by their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from lookalike.data import dates
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.sequences.spelled import find_spelling, read_spelled

Step = int | str | date

STEPS_MIN = 3
_TAIL = re.compile(r"(.*?)([0-9]{1,9})", re.ASCII)
_ENDS = " _-.:"


@dataclass(frozen=True)
class Variable:
    """A column of the long table, and those of the wide one that hold it, by step."""

    name: str
    columns: tuple[str, ...]


def find_variables(table: pl.DataFrame, metadata: Metadata) -> tuple[tuple[Step, ...], tuple[Variable, ...]] | None:
    """
    The steps, ascending, and the variables that have them; None if no three columns are steps.

    Steps are whole numbers, dates, or the names of the columns where these are months.
    """
    dated = _dated(table.columns)
    if len(dated) >= STEPS_MIN and _alike(table, list(dated), metadata):
        return tuple(dated.values()), (Variable("value", tuple(dated)),)
    groups = {stem: g for stem, g in _numbered(table.columns).items() if len(g) >= STEPS_MIN}
    groups = {stem: g for stem, g in groups.items() if _alike(table, list(g.values()), metadata)}
    if not groups:
        return None
    steps = max((sorted(group) for group in groups.values()), key=len)
    same = {stem: group for stem, group in groups.items() if sorted(group) == steps}
    variables = (Variable(stem.rstrip(_ENDS) or "value", tuple(g[s] for s in steps)) for stem, g in same.items())
    return tuple(steps), tuple(variables)


def _dated(names: Sequence[str]) -> dict[str, Step]:
    """The names that are dates or months by one pattern, in order of time, and their steps."""
    likely = pl.Series(
        [name for name in names if any(c.isdigit() for c in name) and not name.isdigit()], dtype=pl.String
    )
    if not len(likely):
        return {}
    if (moments := dates.find(likely, 0.5)) is not None and moments.type is ColumnType.DATE:
        rows = _in_order(likely, moments.read(likely))
        return dict(zip(rows["name"], rows["at"], strict=True))
    spelled = [name for name in likely if find_spelling(pl.Series([name])) is not None]
    pattern = find_spelling(pl.Series(spelled, dtype=pl.String)) if spelled else None
    if pattern is None:
        return {}
    return {name: name for name in _in_order(pl.Series(spelled), read_spelled(pl.Series(spelled), pattern))["name"]}


def _in_order(names: pl.Series, moments: pl.Series) -> pl.DataFrame:
    rows = pl.DataFrame({"name": names, "at": moments}).drop_nulls().sort("at", maintain_order=True)
    return rows if rows["at"].n_unique() == rows.height else rows.clear()


def _numbered(names: Sequence[str]) -> dict[str, dict[int, str]]:
    """By stem, the names that end in a number, by that; a stem with a number twice (1 and 01) is left out."""
    groups: dict[str, dict[int, str]] = {}
    doubled: set[str] = set()
    for name in names:
        if found := _TAIL.fullmatch(name):
            stem, number = found.group(1), int(found.group(2))
            if number in groups.setdefault(stem, {}):
                doubled.add(stem)
            groups[stem][number] = name
    return {stem: group for stem, group in groups.items() if stem not in doubled}


def _alike(table: pl.DataFrame, names: Sequence[str], metadata: Metadata) -> bool:
    """Whether columns hold cells of one type: numbers that one dtype holds without loss, or the same dtype."""
    filled = [table[name] for name in names if metadata[name].type is not ColumnType.EMPTY]
    dtypes = {cells.dtype for cells in filled}
    if len(dtypes) < 2:
        return True
    if not all(dtype.is_numeric() for dtype in dtypes):
        return False
    common = pl.concat([cells.head(0).alias("").to_frame() for cells in filled], how="vertical_relaxed").dtypes[0]
    return all(cells.cast(common).cast(cells.dtype, strict=False).equals(cells) for cells in filled)
