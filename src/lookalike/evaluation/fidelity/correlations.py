"""How far the correlations of numbers are from the real ones."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn
from lookalike.evaluation.heat import heat
from lookalike.evaluation.pairs import Array, groups_of, summary, worst
from lookalike.evaluation.ranking import ranks

MEANING = "How far off correlations between numbers are, on average: 0 is as in the real rows, 1 is the opposite of it."
MAX_COLUMNS = 200
MAX_CELLS = 400_000  # of one table: ranking them ten times over takes about half a second
MIN_ROWS = 10  # of fewer rows that have both cells, a correlation is chance, and tells of those rows
TINY = 1e-12  # of ranks scaled to [0, 1]: a spread below that is rounding


def metric(comparison: Comparison) -> Figure:
    """
    Half the mean absolute difference to train of Spearman's correlation over pairs of number columns; lower is better,
    in ``[0, 1]``.

    Ranks, since one far number moves Pearson's correlation at will and since they mind any monotone dependence. A cell
    is ranked among all present ones of its column; a pair goes by the rows that have both. A pair that fewer than ten
    rows have, or with a column that does not vary, counts as uncorrelated. `details` lists the worst pairs, with the
    correlation in train and in synthetic rows, and the two matrices of the worst columns.

    Source: Spearman, American Journal of Psychology 15, 1904; Correlation Similarity of SDMetrics, as an error.
    """
    columns, note = _numbers(comparison)
    sides = comparison.against_train(max(MAX_CELLS // max(len(columns), 1), 1_000))
    if len(columns) < 2 or not len(sides.reference) or not len(sides.synthetic):
        return Figure(None, None, "lower", MEANING, "It takes rows, and two columns of numbers, to correlate.")
    groups, has_parts = groups_of(comparison, sides)
    has_fresh = sides.fresh is not None
    found = np.stack([correlations(columns, rows) for rows in (sides.reference, *groups)], axis=1)
    errors = np.abs(found[:, 1:] - found[:, :1]) / 2
    mean = summary(errors, has_parts=has_parts, has_fresh=has_fresh)
    names = [c.column.name for c in columns]
    pairs = np.array(list(combinations(range(len(columns)), 2)))
    told = worst(
        names,
        pairs,
        errors,
        lambda k: {"train": float(found[k, 0]), "synthetic": float(found[k, 1])},
        has_fresh=has_fresh,
    )
    excess = errors[:, 0] - (errors[:, -1] if has_fresh else 0.0)
    details = {"pairs": told, "n_pairs": len(pairs), "matrices": heat(names, pairs, found[:, :2], excess)}
    return Figure(mean.value, mean.floor, "lower", MEANING, note, details, mean.interval)


def correlations(columns: Sequence[EncodedColumn], rows: Rows) -> Array:
    """Spearman's correlation of each pair of columns, in the order (0,1) (0,2) …, in ``[-1, 1]``."""
    placed = np.stack([ranks(rows.numbers(c)) for c in columns], axis=1)
    there = ~np.isnan(placed)
    x = np.where(there, placed - np.nanmean(np.where(there.any(axis=0), placed, 0.0), axis=0), 0.0)
    x /= max(len(rows), 1)
    here = there.astype(np.float64)
    n = np.maximum(here.T @ here, 1.0)
    sums, squares = x.T @ here, (x * x).T @ here  # of the row's column, where the other one is there too
    spread = np.maximum(squares - sums * sums / n, 0.0)
    shared = np.sqrt(spread * spread.T)
    known = (n >= MIN_ROWS) & (shared > TINY * n)
    found = np.where(known, (x.T @ x - sums * sums.T / n) / np.where(known, shared, 1.0), 0.0)
    return np.clip(found, -1.0, 1.0)[np.triu_indices(len(columns), 1)]


def _numbers(comparison: Comparison) -> tuple[list[EncodedColumn], str]:
    columns = [c for c in comparison.columns if c.is_number]
    picked = [columns[j] for j in comparison.draw(len(columns), MAX_COLUMNS, "correlations").tolist()]
    few = len(picked) < len(columns)
    return picked, f"Of {len(columns):,} columns of numbers {len(picked):,} were drawn by the seed." if few else ""
