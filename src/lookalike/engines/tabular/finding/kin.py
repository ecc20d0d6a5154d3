"""Cells that go with another column's cell of the same row, found in a table: missing together, or copied from it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import log
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.tabular.kinship import SOURCES_MAX, Copy, Kinship, Tie
from lookalike.transforms import BIN_MAX, Encoded, Transform
from lookalike.transforms.choose import Fitted
from lookalike.transforms.numeric import Numeric
from lookalike.transforms.physical import to_physical

SURE = 14.0  # minus the logarithm of the chance that two columns' missing cells meet by accident: one in a million
PEEK = 2_000  # rows that are looked at first
PAIRS_MAX = 5_000  # of numbers, nearest first
SHARE = 0.02  # of the rows must hold a copied value that is no atom; by chance it is less than 0.003

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


def find_kinship(
    table: pl.DataFrame, fitted: Sequence[Fitted], chain: Sequence[int], apart: Collection[int]
) -> tuple[Kinship, list[Encoded]]:
    """
    Cells that go with others, and the columns of the chain as encoded, cells to be copied marked.

    Args:
        apart: Columns that take no part, such as determinants, whose cells are known by their levels.
    """
    masks = {n: table.to_series(n).is_null().to_numpy() for n in chain if table.to_series(n).null_count()}
    leaders = find_leaders(
        [(n, mask) for n, mask in masks.items() if n not in apart and _tells_missing(fitted[n].transform)]
    )
    ties = [_tie(n, leader, fitted, masks[leader]) for n, leader in leaders.items()]
    copies, chosen = find_copies([_number(table, n, fitted[n]) for n in chain if _may_copy(fitted[n], n, apart)])
    return Kinship(tuple(ties), copies), [_marked(fitted[n], chosen.get(n)) for n in chain]


def _tells_missing(transform: Transform) -> bool:
    """Whether missing cells have a bin of their own."""
    return transform.scale.ordered or transform.scale.n_codes <= BIN_MAX


def _tie(column: int, leader: int, fitted: Sequence[Fitted], missing: Array) -> Tie:
    row = int(np.argmax(missing))
    code, led = fitted[leader].encoded.codes[row], fitted[column].encoded.codes[row]
    return Tie(column, leader, int(fitted[leader].transform.scale.code_bins[code]), int(led))


def _may_copy(fitted: Fitted, column: int, apart: Collection[int]) -> bool:
    """Whether cells of a column may be copied, and from it."""
    return isinstance(fitted.transform, Numeric) and len(fitted.transform.scale.cell_bins) > 0 and column not in apart


def _number(table: pl.DataFrame, column: int, fitted: Fitted) -> "Number":
    cells = table.to_series(column)
    return Number(column, cells.dtype, to_physical(cells)[0], fitted.encoded.codes < 0)


def _marked(fitted: Fitted, copied: Array | None) -> Encoded:
    if copied is None:
        return fitted.encoded
    codes = np.where(copied >= 0, fitted.transform.scale.n_codes + 1 + copied, fitted.encoded.codes)
    return replace(fitted.encoded, codes=codes.astype(np.int32))


def find_leaders(missing: Sequence[tuple[int, Mask]]) -> dict[int, int]:
    """
    For each column the earlier one whose missing cells are all missing in it too, with the most of them.

    Args:
        missing: Number of a column and which of its cells are missing, in the order of drawing.
    """
    leaders: dict[int, int] = {}
    known: list[tuple[int, Mask, int]] = []
    for column, mask in missing:
        n_missing, n_rows = int(mask.sum()), len(mask)
        if not 0 < n_missing < n_rows:
            continue
        fitting = [
            (n, -place, c) for place, (c, other, n) in enumerate(known) if n <= n_missing and not (other & ~mask).any()
        ]
        n_led, _, leader = max(fitting, default=(0, 0, -1))
        if n_led * log(n_rows / n_missing) >= SURE:
            leaders[column] = leader
        known.append((column, mask, n_missing))
    return leaders


class Number(NamedTuple):
    """A column of numbers: values and which of them are continuous, both ``(n,)``."""

    column: int
    dtype: pl.DataType
    values: Array
    loose: Mask


def find_copies(numbers: Sequence[Number]) -> tuple[tuple[Copy, ...], dict[int, Array]]:
    """
    Copies, and per column that copies, for each row which of its sources it copies (-1 for none).

    Args:
        numbers: In the order of drawing.
    """
    copies: list[Copy] = []
    chosen: dict[int, Array] = {}
    reach = max(1, PAIRS_MAX // max(len(numbers), 1))
    for place, one in enumerate(numbers):
        near = [other for other in numbers[max(0, place - reach) : place] if other.dtype == one.dtype]
        found = [(n, other) for other in near if (n := _n_same(one, other)) >= SHARE * len(one.values)]
        found = sorted(found, key=lambda f: (-f[0], -f[1].column))[:SOURCES_MAX]
        if not found:
            continue
        which = np.full(len(one.values), -1, np.int32)
        for number, (_, other) in enumerate(found):
            copies.append(Copy(one.column, other.column))
            which[(which < 0) & _same(one, other, slice(None))] = number
        chosen[one.column] = which
    return tuple(copies), chosen


def _n_same(one: Number, other: Number) -> int:
    if _same(one, other, slice(0, PEEK)).mean() < SHARE / 2:
        return 0
    return int(_same(one, other, slice(None)).sum())


def _same(one: Number, other: Number, rows: slice) -> Mask:
    """Where both are continuous and equal."""
    equal: Mask = one.loose[rows] & other.loose[rows] & (one.values[rows] == other.values[rows])
    return equal
