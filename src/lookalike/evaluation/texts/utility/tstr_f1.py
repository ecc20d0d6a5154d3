"""Does a classifier of labels that learnt from synthetic texts work on real ones?"""

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_error
from lookalike.evaluation.texts.comparison import HOLDOUT, TextComparison, Texts
from lookalike.evaluation.texts.margins import nearest_kind, planes
from lookalike.evaluation.texts.telling import TOO_FEW
from lookalike.evaluation.texts.tokens import WORDS, words
from lookalike.evaluation.texts.vectors import counts, weights

Kinds = NDArray[np.int64]

MEANING = (
    "How well a classifier that learnt labels from synthetic texts finds those of real texts held back, as F1 over the "
    "labels: at its floor it does as well as one that learnt from as many real texts."
)
LONGEST = 2  # words of a run
MAX_TESTED = 5_000
DRAWS = 200  # of the tested texts, for the interval


def metric(comparison: TextComparison) -> Figure:
    """
    Mean F1 over the labels of real texts that are held back, by a classifier of synthetic ones; higher is better.

    A linear machine on runs of one and two words. The floor learnt from as many train texts. The interval is that of
    200 draws of the tested texts.

    Source: train on synthetic, test on real, Esteban et al., arXiv:1706.02633, 2017; macro-averaged F1.
    """
    sides = comparison.sides
    if sides is None:
        return Figure(None, None, "higher", MEANING, TOO_FEW)
    if len(set(sides.fresh.labels)) < 2 or not any(sides.synthetic.labels):
        return Figure(None, None, "higher", MEANING, "Not judged: it takes texts with several labels.")
    every = comparison.tables[HOLDOUT] if comparison.has_holdout else sides.reference
    tested = comparison.draw(every, MAX_TESTED, "tstr_f1")
    names = sorted({*sides.fresh.labels, *sides.synthetic.labels, *tested.labels})
    right = _kinds(tested, names)
    value, floor = (_guessed(comparison, texts, tested, names) for texts in (sides.synthetic, sides.fresh))
    score = f1(right, value, len(names))
    interval = of_error(score, _error(right, value, len(names), stream(comparison.seed, "evaluation", "tstr_f1")))
    details = {"n_texts": len(sides.synthetic), "n_tested": len(tested), "n_labels": len(names)}
    return Figure(score, f1(right, floor, len(names)), "higher", MEANING, details=details, interval=interval)


def _guessed(comparison: TextComparison, learnt: Texts, tested: Texts, names: list[str]) -> Kinds:
    counted = counts(words(learnt.cut + tested.cut, WORDS), LONGEST)
    x = weights(counted[: len(learnt)]).apply(counted).sorted_indices()
    rng = stream(comparison.seed, "evaluation", "margins")
    found = planes(x[: len(learnt)], _kinds(learnt, names), len(names), rng)
    return nearest_kind(x[len(learnt) :], found)


def _kinds(texts: Texts, names: list[str]) -> Kinds:
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[label] for label in texts.labels], dtype=np.int64)


def f1(right: Kinds, guessed: Kinds, n_kinds: int) -> float:
    """Mean, over the kinds that are there or guessed, of twice the hits in the sum of both."""
    hits = np.bincount(right[right == guessed], minlength=n_kinds)
    both = np.bincount(right, minlength=n_kinds) + np.bincount(guessed, minlength=n_kinds)
    return float((2 * hits[both > 0] / both[both > 0]).mean())


def _error(right: Kinds, guessed: Kinds, n_kinds: int, rng: np.random.Generator) -> float:
    draws = rng.integers(0, len(right), (DRAWS, len(right)))
    return float(np.std([f1(right[d], guessed[d], n_kinds) for d in draws]))
