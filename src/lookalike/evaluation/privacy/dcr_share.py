"""Do synthetic rows stand nearer to the people they were learnt from than to other people?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.boxes import Cells
from lookalike.evaluation.comparison import HOLDOUT, MIN_HOLDOUT, SYNTHETIC, TRAIN, Comparison
from lookalike.evaluation.intervals import of_error
from lookalike.evaluation.neighbours import MAX_COLUMNS, Points, nearest, space

MEANING = (
    "Share of synthetic rows that stand nearer to a row learnt from than to any of as many real rows held back: "
    "0.5 shows no leaning on those learnt from, more is copying."
)
MIN_QUERIES = 50
MAX_QUERIES = 2_000  # the share is then known to about 0.011
MAX_HOLDOUT = 20_000
MAX_TRAIN = 40_000
MAX_REPEATS = 10
FLOOR_REPEATS = 3  # more make no surer what half of the held-back rows say
MAX_WORK = 10_000_000_000  # queries times references times columns: half a second


@dataclass(frozen=True)
class _Plan:
    """How many queries, and how often train is thinned anew to the size of the holdout; by shape only."""

    n_queries: int
    repeats: int


@dataclass(frozen=True)
class Lean:
    """The share, the leak (see `_leak`), and how many queries, references, parts of train they took."""

    share: float
    leak: float
    n_queries: int
    n_references: int
    parts: int


def metric(comparison: Comparison) -> Figure:
    """
    Share of synthetic rows nearer to train than to an equal holdout, ties half; 0.5 is ideal, above it leaks.

    A larger train is cut at random into parts of the holdout's size, at most ten, and the shares are averaged. The
    floor asks the same of one half of the holdout, against the other half and as many train rows, both ways round.

    Source: Platzer and Reutterer, arXiv:2104.00635, 2021; DCR share as in SDMetrics' DCROverfittingProtection.
    """
    if not comparison.has_holdout:
        return Figure(
            None, None, "half", MEANING, f"Not judged: it takes {MIN_HOLDOUT} real rows held back from learning."
        )
    sizes = zip((TRAIN, HOLDOUT, SYNTHETIC), (MAX_TRAIN, MAX_HOLDOUT, MAX_QUERIES), strict=True)
    groups = [comparison.rows(table, cap, "dcr") for table, cap in sizes]
    if len(groups[SYNTHETIC]) < MIN_QUERIES or not len(groups[TRAIN]) or not comparison.columns:
        return Figure(
            None, None, "half", MEANING, f"Not judged: it takes {MIN_QUERIES} synthetic rows, and train rows."
        )
    columns, note = comparison.some_columns(MAX_COLUMNS, "dcr")
    train, holdout, synthetic = space(comparison, columns, groups)
    rng = stream(comparison.seed, "evaluation", "dcr")
    told = lean(synthetic, train, holdout, rng)
    details = _limits(comparison, told)
    note = f"{note} {_told(details)}".strip()
    interval = of_error(told.share, details["standard_error"])
    return Figure(told.share, _floor(train, holdout, rng), "half", MEANING, note, details, interval)


def lean(queries: Points, train: Points, holdout: Points, rng: np.random.Generator, most: int = MAX_REPEATS) -> Lean:
    """Where queries stand between `train`, thinned to the size of `holdout` `most` times at most, and `holdout`."""
    plan, n = _plan(queries, train, holdout, most), min(len(train), len(holdout))
    queries = queries[_some(queries, plan.n_queries, rng)]
    away = nearest(queries, holdout[_some(holdout, n, rng)])
    order = rng.permutation(len(train))
    thinned = [train[np.sort(order[i * n : (i + 1) * n])] for i in range(plan.repeats)]
    near = np.stack([nearest(queries, part) for part in thinned])
    share = float(np.mean((near < away) + 0.5 * (near == away)))
    return Lean(share, _leak(near, away), plan.n_queries, n, plan.repeats)


def _leak(near: Cells, away: Cells) -> float:
    """
    How far queries go towards train: 0 where held-back rows are nearest as often as they are many, 1 where never.

    Without any leaning the nearest of equally many rows in each part is in each part equally often; ties share.

    Args:
        near: Distances to each part of train, shape ``(parts, n)``.
        away: Distances to the holdout, shape ``(n,)``.
    """
    nearest_away = (away <= near.min(axis=0)) / (1 + (near == away).sum(axis=0))
    return float(1 - (len(near) + 1) * nearest_away.mean())


def _limits(comparison: Comparison, told: Lean) -> dict[str, float]:
    """
    How far chance moves the figures, and how high the share would be if every synthetic row were a copy.

    A copy's original is among the thinned train rows only so often; else the copy falls on either side alike. The
    standard errors are those of shares over the queries, and a part for the references, which all queries have in
    common: its 1/4 bounds what repeated draws of 200 and 2,000 held-back rows showed on two tables.
    """
    copy = 0.5 + 0.5 * told.n_references / max(comparison.train.height, told.n_references)
    spread = (1 / told.n_queries + 1 / (4 * told.n_references)) ** 0.5
    return {
        "copy": copy,
        "leak": told.leak,
        "leak_error": told.parts**0.5 * spread,  # (parts + 1) times the error of a share of 1 in parts + 1
        "n_queries": told.n_queries,
        "n_references": told.n_references,
        "standard_error": 0.5 * spread,
    }


def _told(details: dict[str, float]) -> str:
    chance, copy, n = 2 * details["standard_error"], details["copy"], details["n_references"]
    return (
        f"Against {n:,} rows on either side, chance moves it by {chance:.3f}; a complete copy would reach {copy:.2f}."
    )


def _floor(train: Points, holdout: Points, rng: np.random.Generator) -> float:
    order, half = rng.permutation(len(holdout)), len(holdout) // 2
    one, two = holdout[order[:half]], holdout[order[half : 2 * half]]
    return (lean(one, train, two, rng, FLOOR_REPEATS).share + lean(two, train, one, rng, FLOOR_REPEATS).share) / 2


def _plan(queries: Points, train: Points, holdout: Points, most: int) -> _Plan:
    one = max(min(len(train), len(holdout)) * holdout.n_columns, 1)  # the work of one query
    n = max(min(len(queries), MAX_QUERIES, MAX_WORK // (2 * one)), MIN_QUERIES)
    turns = min(most, len(train) // max(len(holdout), 1))
    return _Plan(min(n, len(queries)), max(1, min(turns, MAX_WORK // (n * one) - 1)))


def _some(points: Points, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.sort(rng.choice(len(points), n, replace=False))
