"""
Gradient boosted trees over bins, made for samples of few rows.

They find what LightGBM finds with as many leaves, in a quarter of the time (docs/decisions/0006).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.binning import Binned
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.growing import Room, grow, room_of
from lookalike.evaluation.splitting import HALF, LOW, Array, Desk, Pulls

MOST = 2.0**31  # of either half of a pull
SURE = 30.0  # log odds beyond which nothing changes
SQUARINGS, PARTS = 8, 256.0  # e to the power of x is that of a 256th of it, squared eight times
SMALLEST = 1e-15  # share of a class, for its logarithm


class Pace(NamedTuple):
    """How many rounds of trees, and how much of its step each tree takes."""

    rounds: int
    rate: float


class _Lesson(NamedTuple):
    """What is to be learnt, and from which rows."""

    truth: Array  # float64 (n,)
    order: Array  # int32 (n,), row numbers: first of those that are learnt from
    n_learnt: int
    n_classes: int


def boosted(
    table: Binned, truth: Vector, learning: NDArray[np.bool_], n_classes: int, pace: Pace
) -> tuple[Vector, Vector]:
    """
    What trees say of all rows that learnt from some, and the gain of each column.

    Two classes are learnt by the logarithm of the loss, more by that of the softmax with a tree for each a round,
    numbers by squares, all from the average on. The same input makes the same bytes.

    Args:
        truth: Shape ``(n,)``: numbers of classes from 0 on, or numbers; of rows that are not learnt from anything.
        learning: Which rows are learnt from, one at least, shape ``(n,)``.
        n_classes: 0 where numbers are predicted.

    Returns:
        Of two classes the chance of the second, shape ``(n, 1)``, of more that of each, ``(n, n_classes)``; or the
        number, ``(n, 1)``. Gains have shape ``(d,)``.

    Source: Friedman, Annals of Statistics 29, 2001; Ke et al., NeurIPS 2017.
    """
    order = np.concatenate([np.flatnonzero(learning), np.flatnonzero(~learning)]).astype(np.int32)
    start = _start(truth[learning], n_classes)
    scores = np.repeat(start[:, None], len(truth), axis=1)
    room, desk = room_of(len(truth), int(table.starts[-1]), int(np.diff(table.starts).max()))
    gains = _boost(table, _Lesson(truth, order, int(learning.sum()), n_classes), pace, scores, room, desk)
    if n_classes == 2:
        scores = 1 / (1 + np.exp(-scores))
    elif n_classes:
        scores = np.exp(scores - scores.max(axis=0))
        scores /= scores.sum(axis=0)
    return scores.T, gains


def _start(truth: Vector, n_classes: int) -> Vector:
    """The average, as scores, shape ``(scores,)``."""
    if not n_classes:
        return np.array([truth.mean()])
    shares = np.bincount(truth.astype(np.int64), minlength=n_classes) / len(truth)
    logs = np.log(np.maximum(shares, SMALLEST))
    return logs[1:] - logs[:1] if n_classes == 2 else logs


@njit(cache=True, nogil=True)
def _boost(table: Binned, lesson: _Lesson, pace: Pace, scores: Array, room: Room, desk: Desk) -> Array:
    """Add what trees say to scores, shape ``(scores, n)``; returns the gain of each column."""
    packed, told = np.empty(scores.shape, np.int64), np.zeros(len(table.kinds), np.float64)
    for _ in range(pace.rounds):
        slope, bend = _pull(lesson, scores, packed)
        for k in range(len(scores)):
            room.order[:] = lesson.order
            pulls = Pulls(packed[k], slope, bend)
            n_leaves = grow(table, pulls, lesson.n_learnt, room, desk, told)
            if n_leaves > 1:
                _step(room, n_leaves, pulls, pace.rate, scores[k])
    return told


@njit(cache=True, nogil=True, error_model="numpy")
def _step(room: Room, n_leaves: int, pulls: Pulls, rate: float, scores: Array) -> None:
    """Add a tree to scores: each leaf goes down its slope as far as its curvature tells."""
    for leaf in range(n_leaves):
        pull, bend = float(room.totals[leaf] >> HALF), float(room.totals[leaf] & LOW)
        step = -rate * pull * pulls.slope / (bend * pulls.bend + room.eases[leaf])
        for part in range(2):
            for row in room.order[room.bounds[leaf, part, 0] : room.bounds[leaf, part, 1]]:
                scores[row] += step


@njit(cache=True, nogil=True, error_model="numpy")
def _pull(lesson: _Lesson, scores: Array, packed: Array) -> tuple[float, float]:
    """Write the packed pulls of all rows, shape ``(scores, n)``; returns the units of gradient and curvature."""
    if lesson.n_classes == 0:
        return _pull_numbers(lesson, scores[0], packed[0])
    if lesson.n_classes == 2:
        return _pull_two(lesson.truth, scores[0], packed[0])
    return _pull_classes(lesson.truth, scores, packed)


@njit(cache=True, nogil=True, error_model="numpy")
def _pull_numbers(lesson: _Lesson, scores: Array, packed: Array) -> tuple[float, float]:
    n, far = len(scores), 0.0
    for row in lesson.order[: lesson.n_learnt]:
        far += abs(scores[row] - lesson.truth[row])
    most = MOST - 2 * n
    slope = max(far, 1e-300) / most
    for i in range(n):
        pull = min(max((scores[i] - lesson.truth[i]) / slope, -most), most)
        packed[i] = (np.int64(np.floor(pull + 0.5)) << HALF) + 1
    return slope, 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _pull_two(truth: Array, scores: Array, packed: Array) -> tuple[float, float]:
    unit = MOST / len(scores) - 1
    for i in range(len(scores)):
        chance = 1 / (1 + _exp(-min(max(scores[i], -SURE), SURE)))
        pull = np.int64(np.int32(np.floor((chance - truth[i]) * unit + 0.5)))
        packed[i] = (pull << HALF) + np.int64(np.int32(chance * (1 - chance) * 2 * unit + 0.5))
    return 1 / unit, 1 / (2 * unit)


@njit(cache=True, nogil=True, error_model="numpy")
def _pull_classes(truth: Array, scores: Array, packed: Array) -> tuple[float, float]:
    k, n = scores.shape
    unit, factor = MOST / n - 1, k / (k - 1)
    chances = np.empty(k, np.float64)
    for i in range(n):
        top, whole = scores[0, i], 0.0
        for c in range(1, k):
            top = max(top, scores[c, i])
        for c in range(k):
            chances[c] = _exp(max(scores[c, i] - top, -SURE))
            whole += chances[c]
        for c in range(k):
            chance = chances[c] / whole
            pull = np.int64(np.floor((chance - (truth[i] == c)) * unit + 0.5))
            packed[c, i] = (pull << HALF) + np.int64(factor * chance * (1 - chance) * unit + 0.5)
    return 1 / unit, 1 / unit


@njit(cache=True, nogil=True)
def _exp(x: float) -> float:
    """e to the power of ``x`` in [-30, 30], to a millionth, by sums and products only, many at a time."""
    t = x / PARTS
    y = 1 + t * (1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5))))
    for _ in range(SQUARINGS):
        y *= y
    return y
