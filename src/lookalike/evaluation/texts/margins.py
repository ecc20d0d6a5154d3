"""A linear classifier of texts of several kinds: one hyperplane for each, with as wide a margin as can be."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.texts.vectors import Sparse

Planes = NDArray[np.float64]

COST = 1.0  # of a unit squared that a text is on the wrong side of its margin
MOST_ROUNDS = 200
N_ORDERS = 10  # always the same order takes far more rounds
CLOSE_ENOUGH = 0.01  # of the steepest slope in a round, where a margin is 1


def planes(x: Sparse, kinds: NDArray[np.int64], n_kinds: int, rng: np.random.Generator) -> Planes:
    """
    The hyperplane that parts each kind from all others, shape ``(kinds, columns + 1)``, the level last.

    Args:
        x: Shape ``(texts, columns)``, sorted indices.
        kinds: Of each text, in ``[0, n_kinds)``.

    Source: dual coordinate descent, Hsieh et al., ICML 2008, for the squared hinge loss.
    """
    orders = np.stack([rng.permutation(x.shape[0]) for _ in range(N_ORDERS)])
    rows = (x.data, x.indices.astype(np.int64), x.indptr.astype(np.int64))
    found = np.zeros((n_kinds, x.shape[1] + 1))
    for kind in range(n_kinds):
        descend(*rows, np.where(kinds == kind, 1.0, -1.0), orders, found[kind])
    return found


def nearest_kind(x: Sparse, found: Planes) -> NDArray[np.int64]:
    """Of each text, the kind on whose side it is furthest."""
    scores: Planes = x @ found[:, :-1].T + found[:, -1]
    kinds: NDArray[np.int64] = np.argmax(scores, axis=1)
    return kinds


@njit(cache=True)
def descend(
    data: NDArray[np.float64],
    columns: NDArray[np.int64],
    starts: NDArray[np.int64],
    side: NDArray[np.float64],
    orders: NDArray[np.int64],
    plane: NDArray[np.float64],
) -> None:
    """
    Set `plane`, zero before, to the one that parts the rows of a sparse matrix by their side, 1 or -1.

    Args:
        data, columns, starts: The rows: values, their columns, and where each row begins.
        orders: In which the rows are gone through, one after the other and then again; shape ``(orders, rows)``.
        plane: Shape ``(columns + 1,)``; the last is the level, penalised as the others are.
    """
    n = len(side)
    alpha = np.zeros(n)
    size = np.ones(n)  # of each row and the one that the level is of, squared
    for i in range(n):
        for k in range(starts[i], starts[i + 1]):
            size[i] += data[k] * data[k]
    slack = 1 / (2 * COST)
    for turn in range(MOST_ROUNDS):
        steepest = 0.0
        for i in orders[turn % len(orders)]:
            score = plane[-1]
            for k in range(starts[i], starts[i + 1]):
                score += data[k] * plane[columns[k]]
            slope = side[i] * score - 1 + slack * alpha[i]
            steepest = max(steepest, abs(slope) if alpha[i] > 0 else max(-slope, 0.0))
            new = max(alpha[i] - slope / (size[i] + slack), 0.0)
            step = (new - alpha[i]) * side[i]
            alpha[i] = new
            plane[-1] += step
            for k in range(starts[i], starts[i + 1]):
                plane[columns[k]] += step * data[k]
        if steepest < CLOSE_ENOUGH:
            break
