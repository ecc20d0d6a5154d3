"""Gradient boosted trees over bins, made for few rows."""

from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.binning import Binned
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.growing import HALF, Array, Pulls, Room, Table, grow, room_of

REGRESSION, BINARY, MULTICLASS = range(3)
OBJECTIVES = {"regression": REGRESSION, "binary": BINARY, "multiclass": MULTICLASS}


def boosted(table, truth, learning, objective, rounds, rate, n_classes=1):
    kind = OBJECTIVES[objective]
    n = len(truth)
    k = n_classes if kind == MULTICLASS else 1
    scores = np.empty((k, n))
    base = np.concatenate([np.flatnonzero(learning), np.flatnonzero(~learning)]).astype(np.int32)
    n_learnt = int(learning.sum())
    start = _start(kind, truth[learning], k)
    scores[:] = start[:, None]
    gains = np.zeros(table.codes.shape[1])
    starts = np.concatenate([[0], np.cumsum(table.n_bins)])
    room = room_of(n, int(starts[-1]), int(table.n_bins.max()))
    cells = table.codes + starts[:-1].astype(np.uint16)
    pulls = np.empty((k, n), np.int64)
    _boost(Table(cells, starts, table.kinds), truth, base, n_learnt, kind, rounds, rate, scores, gains, room, pulls)
    if kind == BINARY:
        scores = 1 / (1 + np.exp(-scores))
    elif kind == MULTICLASS:
        scores = np.exp(scores - scores.max(axis=0))
        scores /= scores.sum(axis=0)
    return scores.T, gains


def _start(kind, truth, k):
    if kind == REGRESSION:
        return np.array([truth.mean()])
    shares = np.bincount(truth.astype(np.int64), minlength=max(k, 2)) / len(truth)
    shares = np.clip(shares, 1e-15, 1 - 1e-15)
    return np.log(shares[1:] / shares[:1]) if kind == BINARY else np.log(shares)


@njit(cache=True, nogil=True, error_model="numpy")
def _boost(table, truth, base, n_learnt, kind, rounds, rate, scores, gains, room, pulls):
    for _ in range(rounds):
        if kind == REGRESSION:
            slope, bend = _square(truth, scores[0], base[:n_learnt], pulls[0])
        elif kind == BINARY:
            slope, bend = _logistic(truth, scores[0], pulls[0])
        else:
            slope, bend = _softmax(truth, scores, pulls)
        for k in range(len(scores)):
            room.order[:] = base
            n_leaves = grow(table, Pulls(pulls[k], slope, bend), n_learnt, room, gains)
            _add(room, n_leaves, slope, bend, rate, scores[k])


@njit(cache=True, nogil=True, error_model="numpy")
def _add(room, n_leaves, slope, bend, rate, scores):
    if n_leaves == 1:
        return
    for leaf in range(n_leaves):
        total = room.totals[leaf]
        step = -rate * float(total >> HALF) * slope / (float(total & (2**32 - 1)) * bend + room.eases[leaf])
        for part in range(2):
            for i in range(room.bounds[leaf, part, 0], room.bounds[leaf, part, 1]):
                scores[room.order[i]] += step


@njit(cache=True, nogil=True, error_model="numpy")
def _square(truth, scores, rows, pulls):
    size = 0.0
    for i in range(len(rows)):
        size += abs(scores[rows[i]] - truth[rows[i]])
    n = len(truth)
    slope = max(size, 1e-300) / (2.0**31 - 2 * n)
    for i in range(n):
        g = min(max((scores[i] - truth[i]) / slope, -(2.0**31) + n), 2.0**31 - n)
        pulls[i] = (np.int64(np.floor(g + 0.5)) << HALF) + 1
    return slope, 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _logistic(truth, scores, pulls):
    n = len(truth)
    unit = 2.0**31 / n - 1
    for i in range(n):
        s = min(max(scores[i], -30.0), 30.0)
        p = 1 / (1 + _exp(-s))
        g = (p - truth[i]) * unit
        h = p * (1 - p) * unit * 2
        pulls[i] = (np.int64(np.int32(np.floor(g + 0.5))) << HALF) + np.int64(np.int32(h + 0.5))
    return 1 / unit, 1 / (unit * 2)


@njit(cache=True, nogil=True, error_model="numpy")
def _softmax(truth, scores, pulls):
    k, n = scores.shape
    unit = 2.0**31 / n - 1
    factor = k / (k - 1)
    p = np.empty(k)
    for i in range(n):
        top = scores[0, i]
        for c in range(1, k):
            top = max(top, scores[c, i])
        total = 0.0
        for c in range(k):
            p[c] = _exp(max(scores[c, i] - top, -30.0))
            total += p[c]
        for c in range(k):
            q = p[c] / total
            g = (q - (1.0 if truth[i] == c else 0.0)) * unit
            h = factor * q * (1 - q) * unit
            pulls[c, i] = (np.int64(np.floor(g + 0.5)) << HALF) + np.int64(h + 0.5)
    return 1 / unit, 1 / unit


@njit(cache=True, nogil=True, error_model="numpy")
def _exp(x):
    t = x / 256
    y = 1 + t * (1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5))))
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    return y * y
