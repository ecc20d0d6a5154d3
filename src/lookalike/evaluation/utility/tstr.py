"""Does a model that learnt from synthetic rows predict real ones as well as one that learnt from real rows?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.boosting import boosted
from lookalike.evaluation.classifying import SLOW, in_bins
from lookalike.evaluation.comparison import HOLDOUT, SYNTHETIC, TRAIN, Comparison, Rows, Sides
from lookalike.evaluation.encoding import EncodedColumn, Vector
from lookalike.evaluation.intervals import Interval, auc_error, of_error, of_parts
from lookalike.evaluation.pairs import Array
from lookalike.evaluation.ranking import auc
from lookalike.evaluation.target import Target, target_of

MEANING = (
    "How well a model that learnt from synthetic rows predicts a column of real ones: 1 is always right; "
    "guessing has 0.5 where it is a class and 0 where it is a number."
)
MIN_ROWS = 50  # to learn from, and to test by
MAX_ROWS = 25_000
LEARNT_PER_TEST = 2  # rows; of more the test could not tell how much more they teach
MAX_WORK = 400_000  # cells learnt from, times classes where a model has one for each: about a seventh of a second
MAX_COLUMNS = 300


@dataclass(frozen=True, eq=False)
class _Known:
    """Rows that have the target, and what it is, see `Target.truth`; shape ``(rows,)``."""

    rows: Rows
    truth: Vector

    def __len__(self) -> int:
        return len(self.rows)


def metric(comparison: Comparison) -> Figure:
    """
    What boosted trees that learnt from synthetic rows score on held-back rows; higher is better, in ``[0, 1]``.

    Classes: the area under the ROC curve; where they are more than two, the mean over them of each against the rest.
    Numbers: the share of the variance that is explained, R², at least 0. The floor learnt from as many train rows. The
    target is the comparison's, or inferred as `target.target_of` says; rows that lack it are left out. `details` tells
    `target`, whether it was `chosen`, the `task`, and the rows: `n_rows` learnt from and `n_test`.

    Raises:
        MetadataError: the target chosen cannot be predicted.

    Source: TSTR beside TRTR, Esteban, Hyland and Rätsch, arXiv:1706.02633, 2017.
    """
    target = target_of(comparison)
    if target is None or len(comparison.columns) < 2:
        return _unjudged("It takes two columns, one of them of few levels or a number that varies.")
    others = [c for c in comparison.columns if c is not target.column]
    columns = [others[j] for j in comparison.draw(len(others), MAX_COLUMNS, "tstr").tolist()]
    sides = _sides(comparison, MAX_WORK // (len(columns) * target.n_models))
    synthetic, test = _known(target, sides.synthetic), _known(target, sides.reference)
    fresh = None if sides.fresh is None else _known(target, sides.fresh)
    if fresh is None or min(len(synthetic), len(fresh), len(test)) < MIN_ROWS or len(np.unique(test.truth)) < 2:
        return _unjudged(f"It takes {MIN_ROWS} rows to learn from and as many to test by, in which the target varies.")
    predicted = _predicted(target, columns, synthetic, test.rows)
    floor = _score(target, test.truth, _predicted(target, columns, fresh, test.rows))
    value = _score(target, test.truth, predicted)
    interval = _interval(comparison, target, test, predicted)
    note = _note(target, len(columns), len(others))
    return Figure(value, floor, "higher", MEANING, note, _details(target, synthetic, test), interval)


def _unjudged(why: str) -> Figure:
    return Figure(None, None, "higher", MEANING, why)


def _sides(comparison: Comparison, most: int) -> Sides:
    """Synthetic and train rows to learn from, equally many, and held-back rows to test by; else halves of train."""
    most = min(most, MAX_ROWS)
    if not comparison.has_holdout:
        return comparison.against_train(most)
    n = min(most, LEARNT_PER_TEST * comparison.n_rows[HOLDOUT], comparison.n_rows[TRAIN], comparison.n_rows[SYNTHETIC])
    sizes = ((HOLDOUT, MAX_ROWS), (SYNTHETIC, n), (TRAIN, n))
    return Sides(*(comparison.rows(table, size, "tstr") for table, size in sizes))


def _known(target: Target, rows: Rows) -> _Known:
    truth = target.truth(rows)
    there = ~np.isnan(truth)
    return _Known(Rows(rows.table, rows.index[there]), truth[there])


def _predicted(target: Target, columns: list[EncodedColumn], learnt: _Known, test: Rows) -> Array:
    """A score for each class (of two: for the second), or the number; shape ``(test rows, 1 or classes)``."""
    if len(np.unique(learnt.truth)) < 2:
        return np.zeros((len(test), target.n_models))  # nothing was to be learnt
    pace, most = SLOW
    truth = np.concatenate([learnt.truth, np.zeros(len(test))])
    learning = np.arange(len(truth)) < len(learnt)
    predicted, _ = boosted(in_bins(columns, [learnt.rows, test], most), truth, learning, target.n_classes, pace)
    return predicted[len(learnt) :]


def _score(target: Target, truth: Vector, predicted: Array) -> float:
    if target.classes is None:
        spread = float(((truth - truth.mean()) ** 2).sum())
        return max(1 - float(((truth - predicted[:, 0]) ** 2).sum()) / spread, 0.0) if spread else 0.0
    return float(np.mean([auc(scores[~is_it], scores[is_it]) for is_it, scores in _tests(truth, predicted)]))


def _tests(truth: Vector, predicted: Array) -> list[tuple[Any, Vector]]:
    """Of each class that the rows have: which of them are of it, and their scores."""
    first = 1 if predicted.shape[1] == 1 else 0
    tests = [(truth == k + first, predicted[:, k]) for k in range(predicted.shape[1])]
    return [(is_it, scores) for is_it, scores in tests if 0 < is_it.sum() < len(truth)]


def _interval(comparison: Comparison, target: Target, test: _Known, predicted: Array) -> Interval | None:
    """As far as it is chance which rows test; that of the rows learnt from is not in it."""
    value = _score(target, test.truth, predicted)
    if target.classes is not None:
        tests = _tests(test.truth, predicted)
        errors = [auc_error(auc(s[~is_it], s[is_it]), int((~is_it).sum()), int(is_it.sum())) for is_it, s in tests]
        return of_error(value, float(np.mean(errors)))
    parts = [np.searchsorted(test.rows.index, part.index) for part in comparison.parts(test.rows)]
    return of_parts(value, [_score(target, test.truth[p], predicted[p]) for p in parts]) if parts else None


def _details(target: Target, learnt: _Known, test: _Known) -> dict[str, Any]:
    told = {"target": target.column.column.name, "chosen": target.chosen, "task": target.task}
    return {**told, "n_rows": len(learnt), "n_test": len(test)}


def _note(target: Target, n_drawn: int, n_columns: int) -> str:
    inferred = f"Nobody chose a target: '{target.column.column.name}' was taken for one."
    drawn = f"Of {n_columns:,} other columns {n_drawn:,} were drawn by the seed."
    return " ".join([*([] if target.chosen else [inferred]), *([drawn] if n_drawn < n_columns else [])])
