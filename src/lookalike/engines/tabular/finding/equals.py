"""Columns that hold the same cells."""

from collections.abc import Sequence

import polars as pl

from lookalike.data.constraints import Equal
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.finding.evidence import ENOUGH, PEEK, SAMPLE, shifted


def find_equals(table: pl.DataFrame, metadata: Metadata, names: Sequence[str]) -> list[Equal]:
    """A rule for each column that repeats an earlier one of its dtype, missing cells and all."""
    alike: dict[tuple[str, int], list[str]] = {}
    found = []
    for name in names:
        cells = table[name]
        group = alike.setdefault((str(cells.dtype), _digest(cells)), [])
        first = next((other for other in group if table[other].equals(cells)), None)
        if first is None:
            group.append(name)
        elif _varies(cells):
            found.append(Equal(type="equal", columns=(first, name)))
    return found


def _digest(cells: pl.Series) -> int:
    some = cells.head(PEEK)
    weights = pl.arange(1, 2 * len(some) + 1, 2, dtype=pl.UInt64, eager=True)
    return int((some.hash(seed=0) % 2**31 * weights).sum())


def _varies(cells: pl.Series) -> bool:
    some = cells.head(SAMPLE)
    return int((some.ne_missing(shifted(some))).sum()) >= ENOUGH
