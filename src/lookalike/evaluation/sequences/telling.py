"""Can a classifier tell synthetic from real sequences, where no sequence is on both sides of a fold?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy.spatial import KDTree

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import of_error
from lookalike.evaluation.ranking import ranks
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.panel import WINDOW, Kind, Matrix, Numbers, Panel

FOLDS = 4
MIN_ROWS = 20  # per side
FEW_UNITS = 50  # per side; with fewer, the note says what the figure rests on
ROUNDS = 120
SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 15,
    "feature_fraction": 0.5,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(frozen=True, eq=False)
class Cases:
    """
    What a classifier is shown of one side.

    Attributes:
        features: Shape ``(cases, features)``; missing is NaN.
        unit: Shape ``(cases,)``: whose case it is.
        group: Shape ``(cases,)``: cases of one group, of either side, stay in one fold.
    """

    features: Matrix
    unit: Numbers
    group: Numbers

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, cases: Numbers) -> "Cases":
        return Cases(self.features[cases], self.unit[cases], self.group[cases])


@dataclass(frozen=True)
class Question:
    """
    A test of two samples.

    Attributes:
        name: Of the figure; its random streams go by it.
        rows: The row of a panel that each of its cases begins with.
        features: What those rows' cases are described by, shape ``(cases, features)``; missing is NaN.
        most: Cases of a side.
        repeats: How often the folds are drawn anew.
        settings: Of the classifier, where they are not `SETTINGS`.
    """

    name: str
    rows: Callable[[Panel], Numbers]
    features: Callable[[Panel, Numbers], Matrix]
    most: int
    repeats: int = 1
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """The AUC, its standard error, and the cases of a side."""

    auc: float
    error: float
    n: int


def told(comparison: SequenceComparison, question: Question, meaning: str) -> Figure:
    """
    The AUC of telling synthetic cases from fresh ones, beside that of telling train from fresh; 0.5 is ideal.

    All samples are as large as the smallest. `details` says how many cases and units of a side there were.
    """
    sides = comparison.against_fresh()
    every = [sides.reference, sides.synthetic, *comparison.panels, *(sides.floor or ())]
    sizes = [len(question.rows(panel)) for panel in every]
    n = min([question.most, *(size for size in sizes if size)])
    value = _answer(comparison, question, (sides.reference, sides.synthetic), n)
    if value is None:
        return Figure(None, None, "half", meaning, f"It takes {MIN_ROWS} real and synthetic cases, of two sequences.")
    floor = None if sides.floor is None else _answer(comparison, question, sides.floor, n)
    units = min(len(sides.reference), len(sides.synthetic))
    note = f"It rests on {units} sequences or stretches a side." if units < FEW_UNITS else ""
    details = {"n_cases": value.n, "n_units": units}
    low = None if floor is None else floor.auc
    return Figure(value.auc, low, "half", meaning, note, details, of_error(value.auc, value.error))


def _groups(kind: Kind, reference: Panel, other: Panel) -> tuple[Numbers, Numbers]:
    """
    Groups of the units of both sides.

    In a panel each sequence is one. Stretches of one series are grouped by the calendar, and each of the other side
    joins the group it resembles most by its mean, so that the level of a season alone tells nothing.
    """
    own = np.arange(len(reference))
    if kind is Kind.PANEL:
        return own, len(reference) + np.arange(len(other))
    own = own // 3 if kind is Kind.SERIES else reference.calendar
    starts = reference.windows(WINDOW, WINDOW // 2)
    if not len(starts):
        return own, np.zeros(len(other), np.int64)
    scale = np.nanstd(reference.values, axis=0) + 1e-12
    there = np.nan_to_num(reference.at(starts, WINDOW).mean(axis=1) / scale)
    here = np.nan_to_num(_unit_means(other) / scale)
    return own, own[reference.unit[starts[KDTree(there).query(here)[1]]]]


def _unit_means(panel: Panel) -> Matrix:
    return np.add.reduceat(panel.values, panel.first, axis=0) / panel.lengths[:, None]


def _answer(comparison: SequenceComparison, question: Question, pair: tuple[Panel, Panel], n: int) -> Told | None:
    rng = stream(comparison.seed, "evaluation", question.name)
    grouped = zip(pair, _groups(comparison.kind, *pair), strict=True)
    sides = [_drawn(question, panel, group, n, rng) for panel, group in grouped]
    if comparison.kind is not Kind.PANEL:
        sides = _balanced(sides, rng)
    n = min(map(len, sides))
    found = [_cross_validated(sides, question.settings, rng) for _ in range(question.repeats if n >= MIN_ROWS else 0)]
    known = [f for f in found if f is not None]
    if not known:
        return None
    auc, variance = np.mean(known, axis=0).tolist()
    return Told(auc, sqrt(variance), n)


def _drawn(question: Question, panel: Panel, group: Numbers, n: int, rng: np.random.Generator) -> Cases:
    rows = question.rows(panel)
    rows = np.sort(rows[rng.permutation(len(rows))[:n]])
    unit = panel.unit[rows]
    return Cases(question.features(panel, rows), unit, group[unit])


def _balanced(sides: list[Cases], rng: np.random.Generator) -> list[Cases]:
    """As many cases of either side in each group; groups of one side alone fall away."""
    kept: list[list[Numbers]] = [[], []]
    for group in np.intersect1d(sides[0].group, sides[1].group):
        members = [np.flatnonzero(s.group == group) for s in sides]
        n = min(map(len, members))
        for k, m in zip(kept, members, strict=True):
            k.append(np.sort(rng.permutation(m)[:n]))
    return [s.take(np.concatenate([np.zeros(0, np.int64), *k])) for s, k in zip(sides, kept, strict=True)]


def _cross_validated(
    sides: list[Cases], changes: Mapping[str, float], rng: np.random.Generator
) -> tuple[float, float] | None:
    """Mean AUC over the folds that hold both sides, and its variance; None if there are no two such folds."""
    import lightgbm as lgb  # takes most of a second to load: only who evaluates pays for it

    x = np.concatenate([s.features for s in sides])
    y = np.repeat([0.0, 1.0], [len(s) for s in sides])
    group, unit = (np.concatenate([getattr(s, name) for s in sides]) for name in ("group", "unit"))
    fold = group_folds(group, y, rng)
    settings = {**SETTINGS, **changes}
    data = lgb.Dataset(x, y, params=settings, free_raw_data=False).construct()
    found = []
    for k in range(int(fold.max()) + 1):
        held, rest = fold == k, np.flatnonzero(fold != k)
        if len(set(y[held])) < 2 or len(set(y[rest])) < 2:
            continue
        scores = lgb.train(settings, data.subset(rest.tolist()), ROUNDS).predict(x[held])
        negative, positive = y[held] == 0, y[held] == 1
        found.append(clustered_auc(np.asarray(scores), negative, positive, unit[held]))
    if not found:
        return None
    auc, variance = np.array(found).T
    return float(auc.mean()), float(variance.sum()) / len(found) ** 2


def group_folds(group: Numbers, side: Vector, rng: np.random.Generator) -> Numbers:
    """
    A fold in ``[0, 4)`` for each case: groups whole, both sides spread evenly, ties at random.

    Groups are dealt, the largest first, each to the fold that has least of what the group has most of.
    """
    _, member = np.unique(group, return_inverse=True)
    n_groups = int(member.max()) + 1
    counts = np.stack([np.bincount(member[side == s], minlength=n_groups) for s in (0, 1)], axis=1)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    order = rng.permutation(n_groups)
    order = order[np.argsort(-counts[order].max(axis=1), kind="stable")]
    filled = np.zeros((min(FOLDS, n_groups), 2))
    fold = np.zeros(n_groups, np.int64)
    for g in order.tolist():
        fold[g] = int(np.argmin((filled * shares[g]).sum(axis=1)))
        filled[fold[g]] += shares[g]
    return fold[member]


def clustered_auc(scores: Vector, negative: Any, positive: Any, unit: Numbers) -> tuple[float, float]:
    """
    The area under the ROC curve, ties half, and its variance where cases of one unit go together.

    Args:
        negative, positive: Masks over the scores.
        unit: Of each score; no unit is on both sides.

    Source: Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53, 1997.
    """
    low, high = scores[negative], scores[positive]
    placed = ranks(np.concatenate([low, high]))
    above = 1 - (placed[: len(low)] - ranks(low)) / len(high)  # of each negative: the share of positives above it
    below = (placed[len(low) :] - ranks(high)) / len(low)
    auc = float(below.mean())
    spread = _spread(above - auc, unit[negative]) + _spread(below - auc, unit[positive])
    return auc, spread


def _spread(deviations: Vector, unit: Numbers) -> float:
    _, member = np.unique(unit, return_inverse=True)
    sums = np.bincount(member, deviations)
    n = len(sums)
    return float((sums**2).sum()) / len(deviations) ** 2 * (n / (n - 1) if n > 1 else 1.0)
