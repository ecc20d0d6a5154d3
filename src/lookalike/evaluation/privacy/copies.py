"""Which share of the synthetic rows are rows that were learnt from?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import MIN_HOLDOUT, Comparison
from lookalike.evaluation.crowds import closeness
from lookalike.evaluation.encoding import canonical
from lookalike.evaluation.intervals import of_share

MEANING = (
    "Share of synthetic rows that equal a row learnt from in every column: at most as many as of fresh rows is fair."
)
NEAR = 0.01  # of the held-back rows that equal no train row are as near to one as what is called near

Keys = NDArray[np.uint64]

_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads the keys of earlier columns; 2^64 over the golden ratio


def metric(comparison: Comparison) -> Figure:
    """
    Share of synthetic rows that equal a train row in all columns; lower is better, in ``[0, 1]``.

    All rows are compared, by 64-bit keys, however large the tables are. The floor is the share of held-back rows.
    `details` has the share that equals a train row or is nearer to one than all but a hundredth of the held-back rows
    that equal none.
    """
    heights = [t.height for t in comparison.tables]
    if not heights[0] or not heights[2] or not comparison.metadata.columns:
        return Figure(None, None, "lower", MEANING, "There are no rows or no columns to compare.")
    train, holdout, synthetic = row_keys(comparison)
    n_copies = int(np.isin(synthetic, train).sum())
    judged = len(holdout) >= MIN_HOLDOUT
    floor = float(np.isin(holdout, train).mean()) if judged else None
    note = "" if judged else f"It takes {MIN_HOLDOUT} rows held back to tell how many copies are mere chance."
    details = {"n_copies": n_copies, "n_rows": len(synthetic), **_near(comparison)}
    interval = of_share(n_copies, len(synthetic))
    return Figure(n_copies / len(synthetic), floor, "lower", MEANING, note, details, interval)


def row_keys(comparison: Comparison) -> tuple[Keys, ...]:
    """
    A key per row of each table, whole and in order; rows have the same key if they have the same cells.

    Two of a million and a million different rows have the same with a chance of one in twenty million.
    """
    keys = [np.zeros(t.height, np.uint64) for t in comparison.tables]
    for column in comparison.metadata.columns:  # one at a time: of a million rows this holds little
        cells = canonical(column, [t[column.name] for t in comparison.tables])
        keys = [key * _ODD + _hashes(c) for key, c in zip(keys, cells, strict=True)]
    return tuple(keys)


def _hashes(cells: pl.Series) -> Keys:
    return cells.hash().to_numpy()


def _near(comparison: Comparison) -> Mapping[str, Any]:
    """Shares of synthetic and held-back rows that equal a train row, or all but; nothing where that cannot be said."""
    near = comparison.once(closeness)
    if near is None or not near.fresh[:, 0].any():
        return {}
    first, fresh = near.synthetic[:, 0], near.fresh[:, 0]
    edge = np.quantile(fresh[fresh > 0], NEAR)
    return {"near": float((first < edge).mean()), "near_floor": float((fresh < edge).mean())}
