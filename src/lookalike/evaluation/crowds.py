"""Rows of the three tables as points, in random order, and how near they are: what figures on privacy share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation import Direction, Figure
from lookalike.evaluation.comparison import HOLDOUT, MIN_HOLDOUT, SYNTHETIC, TRAIN, Comparison
from lookalike.evaluation.encoding import EncodedColumn, Vector
from lookalike.evaluation.neighbours import MAX_COLUMNS, Points, closest, space

MIN_ROWS = MIN_HOLDOUT  # of each table; fewer targets tell nothing of an attack
MAX_ROWS = 20_000  # of each table: three of them are few enough to be points of one space
MAX_WORK = 400_000_000  # queries times references times columns: a fiftieth of a second
MIN_QUERIES = 500
MAX_CELLS = MAX_WORK // MIN_QUERIES  # of each table: more could not be measured
MAX_QUERIES = 1_500  # a median distance is then known to about one part in seventy
SHARES = (0.005, 0.01, 0.02, 0.05, *(i / 10 for i in range(1, 10)), 0.95, 0.98, 0.99, 0.995)


@dataclass(frozen=True, eq=False)
class Crowds:
    """
    Points of one space (see `neighbours.space`), each table's in random order: the first so many are a fair sample.

    Attributes:
        columns: What stands behind the columns of the points.
        note: What was left out; empty if nothing was.
    """

    columns: Sequence[EncodedColumn]
    train: Points
    holdout: Points
    synthetic: Points
    note: str = ""

    @property
    def fair(self) -> "Crowds":
        """The same with one half of the held-back rows in the place of the synthetic ones: what floors come from."""
        half = len(self.holdout) // 2
        return replace(self, holdout=self.holdout[:half], synthetic=self.holdout[half:])


@dataclass(frozen=True, eq=False)
class Closeness:
    """
    Distances to the closest and the second closest train row, each of shape ``(n, 2)``, in columns.

    Attributes:
        synthetic: Of synthetic rows.
        fresh: Of as many held-back rows.
        note: That of the crowds.
    """

    synthetic: Vector
    fresh: Vector
    note: str


def crowds(comparison: Comparison) -> Crowds | None:
    """The three tables as points, at most 20,000 rows of each; None where a table has fewer than 50 rows."""
    if min(comparison.n_rows) < MIN_ROWS or not comparison.columns:
        return None
    columns, note = comparison.some_columns(MAX_COLUMNS, "crowds")
    most = min(MAX_ROWS, max(MIN_ROWS, MAX_CELLS // len(columns)))
    points = space(
        comparison, columns, [comparison.rows(table, most, "crowds") for table in (TRAIN, HOLDOUT, SYNTHETIC)]
    )
    orders = [
        stream(comparison.seed, "evaluation", "crowds", "order", i).permutation(len(p)) for i, p in enumerate(points)
    ]
    train, holdout, synthetic = (p[order] for p, order in zip(points, orders, strict=True))
    drawn = f"Of each table {most:,} rows at most were drawn by the seed." if max(comparison.n_rows) > most else ""
    return Crowds(columns, train, holdout, synthetic, f"{note} {drawn}".strip())


def closeness(comparison: Comparison) -> Closeness | None:
    """How near synthetic and as many held-back rows are to train; None where `crowds` has none."""
    crowd = comparison.once(crowds)
    if crowd is None:
        return None
    n = min(len(crowd.synthetic), len(crowd.holdout), MAX_QUERIES)
    n, m = affordable(n, len(crowd.train), len(crowd.columns))
    references = crowd.train[:m]
    near, fresh = (closest(rows[:n], references, 2)[0] / references.unit for rows in (crowd.synthetic, crowd.holdout))
    return Closeness(near, fresh, crowd.note)


def affordable(n_queries: int, n_references: int, n_columns: int) -> tuple[int, int]:
    """
    How many of the queries and of the references may be measured.

    Queries go first, down to 500, as more of them only make a figure surer: with half of the references half of what
    was remembered is out of sight.
    """
    n = min(n_queries, max(MIN_QUERIES, MAX_WORK // (n_references * n_columns)))
    return n, min(n_references, max(MIN_ROWS, MAX_WORK // (n * n_columns)))


def unjudged(direction: Direction, meaning: str, bounds: tuple[float, float] = (0.0, 1.0)) -> Figure:
    """The figure where `crowds` has none."""
    note = f"Not judged: it takes {MIN_ROWS} rows each learnt from, held back and synthetic, and columns to compare."
    return Figure(None, None, direction, meaning, note, bounds=bounds)


def curves(synthetic: Vector, fresh: Vector, least: int) -> dict[str, Any]:
    """
    Quantiles of two samples of equal size, for a drawing.

    Args:
        least: So many rows at least lie on either side of each quantile, so that none shows a single row.

    Returns:
        `shares` of the rows at or below the quantiles, rising, and the quantiles of `synthetic` and `fresh`.
    """
    edge = least / len(fresh)
    shares = sorted({min(max(share, edge), 1 - edge) for share in SHARES}) if edge <= 0.5 else []
    return {"shares": shares, "synthetic": _quantiles(synthetic, shares), "fresh": _quantiles(fresh, shares)}


def _quantiles(values: Vector, shares: Sequence[float]) -> list[float]:
    return [float(q) for q in np.quantile(values, shares)]


def medians(values: Vector, n_parts: int) -> NDArray[np.float64]:
    """Medians of disjoint parts of equal size; the values stand in random order."""
    size = len(values) // n_parts
    return np.median(values[: size * n_parts].reshape(n_parts, size), axis=1)
