"""Pairs of columns counted on cells that all tables share: what several metrics make their figures from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation.comparison import Comparison, Rows, Sides
from lookalike.evaluation.encoding import Codes, EncodedColumn, Vector
from lookalike.evaluation.intervals import PARTS, Interval, of_parts

Array = NDArray[np.float64]
Pairs = NDArray[np.int64]

BINS = 10
TOP_LEVELS = 30
MAX_PAIRS = 5_000
MAX_PAIR_ROWS = 50_000_000  # pairs times rows: about a second of counting
MIN_PAIRS = 500
N_WORST = 20
TOO_FEW = "It takes rows, and two columns, to compare pairs."


@dataclass(frozen=True, eq=False)
class Counted:
    """
    What counting found of each pair.

    Attributes:
        pairs: Column numbers, shape ``(k, 2)``, the first the smaller.
        distances: Total variation distance of the joint distribution to that of train, in ``[0, 1]``; shape
            ``(k, groups)``: the synthetic rows, their parts (ten or none), and fresh rows where there are any.
        information: Normalised mutual information, in ``[0, 1]``; shape ``(k, 1 + groups)``, train first.
        has_parts, has_fresh: Which groups there are.
        note: Says so if the pairs are a sample.
    """

    pairs: Pairs
    distances: Array
    information: Array
    has_parts: bool
    has_fresh: bool
    note: str


@dataclass(frozen=True)
class Summary:
    """The mean of all pairs' errors: of synthetic rows, of fresh ones, and where the first would lie in other draws."""

    value: float
    floor: float | None
    interval: Interval | None


def counted(comparison: Comparison) -> Counted | None:
    """
    All pairs, or a sample by the seed where they are many; None without rows or a second column. Made once.

    Numbers are cut at the deciles of train; each decile value (often a spike) is a cell of its own, as is missing, and
    a number with at most ten values is kept whole. Levels beyond the 30 most frequent of train are folded into one.
    """
    return comparison.once(_counted)


def _counted(comparison: Comparison) -> Counted | None:
    sides = comparison.against_train()
    if not len(sides.reference) or not len(sides.synthetic) or len(comparison.columns) < 2:
        return None
    pairs, note = _pairs(comparison, len(sides.reference))
    groups, has_parts = groups_of(comparison, sides)
    used = {i: cells(comparison.columns[i], sides.reference, groups) for i in np.unique(pairs).tolist()}
    found = [_count(used[i], used[j]) for i, j in pairs.tolist()]
    distances, information = (np.array([f[k] for f in found]) for k in range(2))
    return Counted(pairs, distances, information, has_parts, sides.fresh is not None, note)


def groups_of(comparison: Comparison, sides: Sides) -> tuple[list[Rows], bool]:
    """The synthetic rows, their parts and the fresh rows, as far as there are any; and whether there are parts."""
    parts = comparison.parts(sides.synthetic)
    return [sides.synthetic, *parts, *([] if sides.fresh is None else [sides.fresh])], bool(parts)


def summary(errors: Array, *, has_parts: bool, has_fresh: bool) -> Summary:
    """The mean over errors, shape ``(k, groups)``, with groups as `groups_of` has them."""
    value, *others = errors.mean(axis=0).tolist()
    interval = of_parts(value, others[:PARTS]) if has_parts else None
    return Summary(value, others[-1] if has_fresh else None, interval)


def worst(
    names: Sequence[str], pairs: Pairs, errors: Array, told: Callable[[int], dict[str, float]], *, has_fresh: bool
) -> list[dict[str, Any]]:
    """The pairs that stand out most from their floor, worst first; `told` adds what else is known of the k-th."""
    floor = errors[:, -1] if has_fresh else np.zeros(len(errors))
    return [
        {
            "columns": [names[pairs[k, 0]], names[pairs[k, 1]]],
            "error": float(errors[k, 0]),
            "floor": float(floor[k]) if has_fresh else None,
            **told(k),
        }
        for k in np.argsort(floor - errors[:, 0], kind="stable")[:N_WORST].tolist()
    ]


def cells(column: EncodedColumn, reference: Rows, others: list[Rows]) -> tuple[int, list[Codes]]:
    """The number of cells of a column and the cell of each row, of `reference` first; missing is the last cell."""
    every = [reference, *others]
    if column.levels is None:
        return _number_cells([r.numbers(column) for r in every])
    return _level_cells([r.codes(column) for r in every], len(column.levels))


def _number_cells(every: list[Vector]) -> tuple[int, list[Codes]]:
    values = np.sort(every[0][~np.isnan(every[0])])
    edges = np.unique(values)
    if len(edges) > BINS:
        edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="lower"))
    last = 2 * len(edges) + 1
    found = [np.searchsorted(edges, x, "left") + np.searchsorted(edges, x, "right") for x in every]
    return last + 1, [np.where(np.isnan(x), last, f).astype(np.int32) for x, f in zip(every, found, strict=True)]


def _level_cells(every: list[Codes], n_levels: int) -> tuple[int, list[Codes]]:
    counts = np.bincount(every[0][every[0] >= 0], minlength=n_levels)
    top = np.argsort(-counts, kind="stable")[:TOP_LEVELS]
    top = top[counts[top] > 0]
    cell = np.full(n_levels + 1, len(top), np.int32)  # all other levels share a cell
    cell[top] = np.arange(len(top))
    cell[-1] = len(top) + 1  # code -1, missing, finds the last entry
    return len(top) + 2, [cell[codes] for codes in every]


def _pairs(comparison: Comparison, n_rows: int) -> tuple[Pairs, str]:
    """Pairs of column numbers, shape ``(k, 2)``, the first the smaller, and a note if they are a sample."""
    d = len(comparison.columns)
    n, most = d * (d - 1) // 2, min(MAX_PAIRS, max(MIN_PAIRS, MAX_PAIR_ROWS // n_rows))
    if n <= most:
        return np.array([(i, j) for j in range(d) for i in range(j)]), ""
    picked = np.sort(stream(comparison.seed, "evaluation", "pairs").choice(n, most, replace=False))
    return np.array([_pair(k) for k in picked.tolist()]), f"Of {n:,} pairs of columns {most:,} were drawn by the seed."


def _pair(k: int) -> tuple[int, int]:
    """The k-th pair in the order (0,1) (0,2) (1,2) (0,3) …"""
    j = (isqrt(8 * k + 1) + 1) // 2
    return k - j * (j - 1) // 2, j


def _count(a: tuple[int, list[Codes]], b: tuple[int, list[Codes]]) -> tuple[Array, Array]:
    """Distances of all groups but the first to the first, and each group's information."""
    shares = np.stack(
        [
            np.bincount(x.astype(np.int64) * b[0] + y, minlength=a[0] * b[0]) / len(x)
            for x, y in zip(a[1], b[1], strict=True)
        ]
    )
    distances = 0.5 * np.abs(shares[1:] - shares[0]).sum(axis=1)
    return distances.clip(max=1.0), normalised_information(shares.reshape(len(shares), a[0], b[0]))


def normalised_information(shares: Array) -> Array:
    """
    What one column tells of another, over the mean of their entropies; 0 where neither varies.

    Args:
        shares: Of the cells of two columns, shape ``(groups, cells, cells)``; each group adds up to 1.

    Returns:
        Shape ``(groups,)``, in ``[0, 1]``.

    Source: normalised mutual information with the arithmetic mean, Kvålseth, IEEE Transactions on Systems, Man, and
    Cybernetics 17, 1987.
    """
    one, two = _entropy(shares.sum(axis=2)), _entropy(shares.sum(axis=1))
    both = _entropy(shares.reshape(len(shares), -1))
    total = one + two
    known: Array = np.clip(2 * (total - both) / np.where(total > 0, total, 1.0), 0.0, 1.0)
    return known


def _entropy(shares: Array) -> Array:
    """In nats, of shares along the last axis."""
    entropy: Array = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=-1)
    return entropy
