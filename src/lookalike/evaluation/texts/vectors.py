"""Texts as vectors: counts of runs, weighed by how rare they are, and their main directions."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lookalike.evaluation.texts.tokens import Tokens, runs

Matrix = NDArray[np.float64]
Sparse: TypeAlias = Any  # a scipy matrix of compressed rows: scipy has no types

OVERSAMPLED = 10  # directions beyond those asked for
ROUNDS = 4  # of the power iteration


def counts(tokens: Tokens, longest: int) -> Sparse:
    """How often each run of 1 to `longest` tokens is in each text, shape ``(texts, runs)``."""
    n_texts, columns, offset = len(tokens.lengths), [], 0
    for text, run in runs(tokens, longest):
        columns.append((text, run + offset))
        offset += int(run.max(initial=-1)) + 1
    texts, terms = (np.concatenate(part) for part in zip(*columns, strict=True))
    return sparse.csr_matrix((np.ones(len(texts)), (texts, terms)), shape=(n_texts, max(offset, 1)))


@dataclass(frozen=True, eq=False)
class Weights:
    """Which runs count, and how much: the rarer the more."""

    columns: NDArray[np.int64]
    rarity: NDArray[np.float64]

    def apply(self, counted: Sparse) -> Sparse:
        """Rows of length 1, or 0 where no run is known; a run counts by the logarithm of how often it is there."""
        x = counted[:, self.columns].astype(np.float64)
        x.data = 1 + np.log(x.data)
        x = x.multiply(self.rarity).tocsr()
        size = np.sqrt(x.multiply(x).sum(axis=1)).A1
        return sparse.diags_array(1 / np.where(size > 0, size, 1.0)).tocsr() @ x


def weights(counted: Sparse, least: int = 1, most: int | None = None) -> Weights:
    """
    The weights by some texts: runs that at least `least` of them have, the `most` frequent.

    Source: term frequency and inverse document frequency, Spärck Jones, Journal of Documentation 28, 1972; smoothed.
    """
    present = np.bincount(counted.indices, minlength=counted.shape[1])
    kept = np.flatnonzero(present >= least)
    if most is not None and len(kept) > most:
        frequency = counted.sum(axis=0).A1[kept]
        kept = np.sort(kept[np.argsort(-frequency, kind="stable")[:most]])
    return Weights(kept, np.log((1 + counted.shape[0]) / (1 + present[kept])) + 1)


def directions(x: Sparse, k: int, rng: np.random.Generator) -> Matrix:
    """
    About the `k` right singular vectors of `x` with the largest values, shape ``(columns, k)`` or fewer.

    Source: randomized power iteration, Halko, Martinsson and Tropp, SIAM Review 53, 2011.
    """
    k = min(k, *x.shape)
    y = x @ rng.normal(size=(x.shape[1], min(k + OVERSAMPLED, x.shape[1])))
    for _ in range(ROUNDS):
        y = x @ (x.T @ np.linalg.qr(y)[0])
    b = x.T @ np.linalg.qr(y)[0]
    values, vectors = np.linalg.eigh(b.T @ b)
    order = np.argsort(-values, kind="stable")[:k]
    order = order[values[order] > 1e-12 * max(float(values.max(initial=0.0)), 1e-300)]
    found: Matrix = b @ (vectors[:, order] / np.sqrt(values[order]))
    return found


def unit(x: Matrix) -> Matrix:
    """Rows of length 1; those of length 0 stay."""
    size = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return x / np.where(size > 0, size, 1.0)
