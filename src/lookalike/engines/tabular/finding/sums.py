"""
Columns that are the sum of others, as whole numbers of a common unit.

A random linear function of the rows maps each column to 64 bits; columns that add up have numbers that add up, so
that sums are found by looking numbers up (the idea behind Freivalds, "Probabilistic machines can use less running
time", IFIP 1977). What is found so is then checked in every row.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.breaches import kind
from lookalike.data.constraints import Sum
from lookalike.data.metadata import Metadata
from lookalike.data.streams import stream
from lookalike.data.sums import amounts, decimals_of, is_exact
from lookalike.engines.tabular.finding.evidence import ENOUGH, PEEK, holds, surprise

ROWS_MIN = 64  # without missing cells, on which columns are compared first
PAIRS_MAX = 200_000  # sums of two that are looked up, nearest columns first; and runs of columns likewise
TRIPLES_COLUMNS_MAX = 60  # tables of more numbers are not searched for sums of any three
FOUND_MAX = 500  # sums that are looked at closely
LARGEST = 2.0**53  # beyond it floats are not exact

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_GROUPS = (frozenset({"number", "date"}), frozenset({"datetime", "datetime with zone", "duration", "time"}))


def find_sums(table: pl.DataFrame, metadata: Metadata, names: Sequence[str]) -> list[Sum]:
    """Sums of two columns, of any three where there are few, and of runs of columns side by side; shortest first."""
    found: list[Sum] = []
    kinds = {column.name: kind(column) for column in metadata.columns}
    for group in _GROUPS:
        members = [name for name in names if kinds[name] in group]
        if len(members) > 2:
            found += _in_group(table, metadata, members)
    return found


def _in_group(table: pl.DataFrame, metadata: Metadata, members: list[str]) -> list[Sum]:
    taking, rows = _whole_numbers(table.head(PEEK), metadata, members)
    if len(taking) < 3:
        return []
    weights = stream(0, "sums").integers(0, 2**64, rows.shape[1], dtype=np.uint64)
    hashes = (rows.astype(np.uint64) * weights).sum(axis=1)
    found = []
    for terms, total in islice(_candidates(hashes), FOUND_MAX):
        rule = Sum(type="sum", columns=tuple(taking[n] for n in terms), equals=taking[total])
        if holds(rule, table, metadata) and surprise(rule, table, metadata) >= ENOUGH:
            found.append(rule)
    return found


def _whole_numbers(peek: pl.DataFrame, metadata: Metadata, members: list[str]) -> tuple[list[str], Integers]:
    """Columns that have a grid and vary, and their cells as whole numbers, shape ``(c, k)``, none missing."""
    decimals = {name: decimals_of(peek[name]) for name in members}
    columns = [column for column in metadata.columns if decimals.get(column.name) is not None]
    cells = peek.select(amount.alias(name) for name, amount in amounts(columns).items())
    if is_exact(columns):
        cells = cells.cast(pl.Int64, strict=False)
    else:
        scale = 10 ** max(d or 0 for d in decimals.values())
        scaled = cells.select((pl.all() * scale).round(0))
        cells = scaled.select(pl.when(pl.all().abs() < LARGEST).then(pl.all())).cast(pl.Int64)
    cells = _complete(cells)
    cells = cells.select(c for c in cells if c.n_unique() > 1)
    return cells.columns, cells.to_numpy().T.copy() if cells.width else np.zeros((0, 0), np.int64)


def _complete(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows that are complete in all columns but those that leave too few."""
    fullest = sorted(cells.columns, key=lambda name: cells[name].null_count())
    while fullest and cells.select(fullest).drop_nulls().height < min(ROWS_MIN, cells.height):
        fullest = fullest[: len(fullest) * 3 // 4]
    return cells.select(name for name in cells.columns if name in set(fullest)).drop_nulls()


def _candidates(hashes: Hashes) -> Iterator[tuple[tuple[int, ...], int]]:
    """Terms and total of what seems to add up, shortest first."""
    order = np.argsort(hashes, kind="stable")
    n = len(hashes)

    def found(sums: Hashes) -> Iterator[tuple[int, int]]:
        places = np.minimum(np.searchsorted(hashes[order], sums), n - 1)
        for place in np.flatnonzero(hashes[order[places]] == sums):
            yield int(place), int(order[places[place]])

    reach = min(n - 1, max(1, PAIRS_MAX // n))
    for d in range(1, reach + 1):
        yield from (((i, i + d), total) for i, total in found(hashes[:-d] + hashes[d:]))
    if n <= TRIPLES_COLUMNS_MAX:
        triples = np.array(list(combinations(range(n), 3)))
        yield from ((tuple(triples[i].tolist()), total) for i, total in found(hashes[triples].sum(axis=1)))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes)])
    for length in range(4 if n <= TRIPLES_COLUMNS_MAX else 3, min(n - 1, reach) + 1):
        runs = sums[length:] - sums[:-length]
        yield from ((tuple(range(i, i + length)), total) for i, total in found(runs) if not i <= total < i + length)
