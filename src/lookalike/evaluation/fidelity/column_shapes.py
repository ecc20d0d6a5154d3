"""How far each column by itself is from the real one."""

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import Codes, EncodedColumn, Vector
from lookalike.evaluation.intervals import PARTS, of_parts

MEANING = (
    "How far single columns are from the real ones, on average: 0 is the same distribution, 1 has nothing in common."
)


def metric(comparison: Comparison) -> Figure:
    """
    Mean over the columns of their distance to train; lower is better, in ``[0, 1]``.

    Numbers: Kolmogorov-Smirnov distance of the present values, or the difference of the missing shares if that is
    larger. Everything else: total variation over levels, missing being one. `details` lists error and floor by column.

    Source: Column Shapes of SDMetrics (KSComplement, TVComplement), as an error.
    """
    sides = comparison.against_train()
    if not len(sides.reference) or not len(sides.synthetic) or not comparison.columns:
        return Figure(None, None, "lower", MEANING, "There are no rows or no columns to compare.")
    parts = comparison.parts(sides.synthetic)
    rows = [sides.synthetic, *parts, *([] if sides.fresh is None else [sides.fresh])]
    errors = [distances(column, sides.reference, rows) for column in comparison.columns]
    columns = [
        {"column": c.column.name, "error": e[0], "floor": None if sides.fresh is None else e[-1]}
        for c, e in zip(comparison.columns, errors, strict=True)
    ]
    value, *others = np.mean(errors, axis=0).tolist()
    return Figure(
        value,
        None if sides.fresh is None else others[-1],
        "lower",
        MEANING,
        details={"columns": columns},
        interval=of_parts(value, others[:PARTS]) if parts else None,
    )


def distances(column: EncodedColumn, reference: Rows, others: list[Rows]) -> list[float]:
    """Distance of a column in each of `others` to the same column in `reference`, each in ``[0, 1]``."""
    if column.levels is not None:
        shares = _shares(reference.codes(column), len(column.levels))
        return [0.5 * float(np.abs(_shares(r.codes(column), len(column.levels)) - shares).sum()) for r in others]
    real = np.sort(reference.numbers(column))
    return [ks(real, np.sort(r.numbers(column))) for r in others]


def ks(a: Vector, b: Vector) -> float:
    """
    Largest gap between two empirical distribution functions, or between the missing shares if that is larger.

    Args:
        a, b: Sorted, NaN (missing) last, at least one entry each.

    Returns:
        In ``[0, 1]``; 1 if one has values and the other has none.
    """
    x, y = a[: np.searchsorted(a, np.nan)], b[: np.searchsorted(b, np.nan)]
    missing = abs(len(x) / len(a) - len(y) / len(b))
    if not len(x) or not len(y):
        return float(len(x) != len(y))
    # Between two entries of y its function stays and that of x only rises: what counts is before and at each entry.
    gaps = [np.searchsorted(x, y, side) / len(x) - np.searchsorted(y, y, side) / len(y) for side in ("left", "right")]
    return max(float(np.abs(gaps).max()), missing)


def _shares(codes: Codes, n_levels: int) -> NDArray[np.float64]:
    return np.bincount(codes + 1, minlength=n_levels + 1) / len(codes)
