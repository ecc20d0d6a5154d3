"""Columns of which one is never above another, though their ranges overlap."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.breaches import kind
from lookalike.data.constraints import Less, LessEqual
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.finding.evidence import PEEK, ROWS_MIN, SAMPLE, holds, shifted, surprise

SHARE = 0.01  # of the rows that chance would have broken, at least
PAIRS_MAX = 20_000  # pairs that are compared, nearest columns first
FOUND_MAX = 200
_KINDS = ("number", "date", "datetime", "datetime with zone", "duration", "time")

Matrix = npt.NDArray[np.float64]


def find_orders(table: pl.DataFrame, metadata: Metadata, names: Sequence[str]) -> list[Less | LessEqual]:
    """Rules between two columns of one kind, without those that follow from others."""
    if table.height < ROWS_MIN:
        return []
    found: list[LessEqual] = []
    kinds = {column.name: kind(column) for column in metadata.columns}
    for one in _KINDS:
        members = [name for name in names if kinds[name] == one]
        found += [r for r in _candidates(table, members) if _is_sure(r, table, metadata)]
    return [_strict(rule, table, metadata) for rule in _shortest(found[:FOUND_MAX])]


def _candidates(table: pl.DataFrame, members: list[str]) -> Iterator[LessEqual]:
    """Pairs that keep their order in the first rows, with ranges that overlap."""
    if len(members) < 2:
        return
    dtypes = dict(table.schema)
    cells = table.head(PEEK).select(_amount(name, dtypes[name]) for name in members).to_numpy().T.astype(np.float64)
    shown = ~np.isnan(cells)
    low = np.where(shown, cells, np.inf).min(axis=1)
    high = np.where(shown, cells, -np.inf).max(axis=1)
    reach = min(len(members) - 1, max(1, PAIRS_MAX // len(members)))
    for d in range(1, reach + 1):
        for i in range(len(members) - d):
            for a, b in ((i, i + d), (i + d, i)):
                if high[a] > low[b] and not (cells[a] > cells[b]).any():
                    yield LessEqual(type="less_equal", columns=(members[a], members[b]))


def _amount(name: str, dtype: pl.DataType) -> pl.Expr:
    cells = pl.col(name) if dtype.is_numeric() else pl.col(name).to_physical()
    return cells.cast(pl.Float64)


def _is_sure(rule: LessEqual, table: pl.DataFrame, metadata: Metadata) -> bool:
    both = table.select(pl.all_horizontal(pl.col(name).is_not_null() for name in rule.columns).sum()).item()
    enough = SHARE * min(table.height, SAMPLE)
    return both >= ROWS_MIN and holds(rule, table, metadata) and surprise(rule, table, metadata) >= enough


def _shortest(found: list[LessEqual]) -> list[LessEqual]:
    """Without ``a <= c`` where ``a <= b`` and ``b <= c`` are there."""
    pairs = {rule.columns for rule in found}
    middles = {b for _, b in pairs}
    return [r for r in found if not any((r.columns[0], m) in pairs and (m, r.columns[1]) in pairs for m in middles)]


def _strict(rule: LessEqual, table: pl.DataFrame, metadata: Metadata) -> Less | LessEqual:
    """Less, if the two are never the same where chance would have made them so."""
    strict = Less(type="less", columns=rule.columns)
    a, b = (table[name] for name in rule.columns)
    ties = int((a.head(SAMPLE) == shifted(b.head(SAMPLE))).sum())
    return strict if ties >= SHARE * min(table.height, SAMPLE) and holds(strict, table, metadata) else rule
