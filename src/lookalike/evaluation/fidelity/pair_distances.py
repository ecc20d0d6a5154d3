"""How far each pair of columns is from the real one, on bins that all tables share."""

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows, Sides
from lookalike.evaluation.encoding import Codes, EncodedColumn, Vector
from lookalike.evaluation.intervals import PARTS, of_parts

MEANING = (
    "How far pairs of columns, taken together, are from the real ones: 0 is the same joint distribution, "
    "1 has nothing in common."
)
BINS = 10
TOP_LEVELS = 30
MAX_PAIRS = 5_000
MAX_PAIR_ROWS = 50_000_000  # pairs times rows: about a second of counting
MIN_PAIRS = 500
N_WORST = 20


def metric(comparison: Comparison) -> Figure:
    """
    Mean total variation distance to train over pairs of columns; lower is better, in ``[0, 1]``.

    Numbers are cut at the deciles of train; each decile value (often a spike) is a cell of its own, as is missing, and
    a number with at most ten values is kept whole. Levels beyond the 30 most frequent of train are folded into one.
    Many pairs are sampled by the seed. `details` lists the worst pairs.

    Source: Column Pair Trends of SDMetrics, except that all tables share the bins of train.
    """
    sides = comparison.against_train()
    if not len(sides.reference) or not len(sides.synthetic) or len(comparison.columns) < 2:
        return Figure(None, None, "lower", MEANING, "It takes rows, and two columns, to compare pairs.")
    pairs, note = _pairs(comparison, len(sides.reference))
    parts = comparison.parts(sides.synthetic)
    errors = _errors(comparison, sides, parts, pairs)
    value, *floor = errors[:, [0, -1] if sides.fresh is not None else [0]].mean(axis=0).tolist()
    details = {"pairs": _worst(comparison, pairs, errors[:, [0, -1]], floor=bool(floor)), "n_pairs": len(pairs)}
    interval = of_parts(value, errors[:, 1 : PARTS + 1].mean(axis=0).tolist()) if parts else None
    return Figure(value, floor[0] if floor else None, "lower", MEANING, note, details, interval)


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


def _pairs(comparison: Comparison, n_rows: int) -> tuple[NDArray[np.int64], str]:
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


def _errors(comparison: Comparison, sides: Sides, parts: list[Rows], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shape ``(pairs, 1 + parts + 1)``: error, those of the parts, floor; without the last where there is no floor."""
    others = [sides.synthetic, *parts, *([] if sides.fresh is None else [sides.fresh])]
    used = {i: cells(comparison.columns[i], sides.reference, others) for i in np.unique(pairs).tolist()}
    return np.array([_distances(used[i], used[j]) for i, j in pairs.tolist()])


def _distances(a: tuple[int, list[Codes]], b: tuple[int, list[Codes]]) -> list[float]:
    shares = [
        np.bincount(x.astype(np.int64) * b[0] + y, minlength=a[0] * b[0]) / len(x)
        for x, y in zip(a[1], b[1], strict=True)
    ]
    return [0.5 * float(np.abs(s - shares[0]).sum()) for s in shares[1:]]


def _worst(
    comparison: Comparison, pairs: NDArray[np.int64], errors: NDArray[np.float64], *, floor: bool
) -> list[dict[str, Any]]:
    """The pairs that stand out most from their floor, worst first."""
    excess = errors[:, 0] - (errors[:, 1] if floor else 0.0)
    names = comparison.metadata.names
    return [
        {
            "columns": [names[pairs[k, 0]], names[pairs[k, 1]]],
            "error": float(errors[k, 0]),
            "floor": float(errors[k, 1]) if floor else None,
        }
        for k in np.argsort(-excess, kind="stable")[:N_WORST].tolist()
    ]
