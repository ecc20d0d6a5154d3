"""What a tree is to explain of a column: 8 features of each value, in which distributions differ as vectors do."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import stream
from lookalike.engines.tabular.splits import DIMENSIONS
from lookalike.transforms import Codes, Scale, Scores, normal

Floats = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]


def target_vectors(scale: Scale, codes: Codes, scores: Scores, *, seed: int) -> Vectors:
    """
    A vector a row, shape ``(n, 8)``.

    Numbers: cosines of their rank, standardised, the k-th divided by ``sqrt(k)``; in place of the last one, if cells
    are missing, whether this one is. Categories: one-hot scaled by ``p ** -0.25``, randomly projected if there are more
    than 8 (Johnson and Lindenstrauss, 1984).

    Args:
        scores: Read where the code is continuous; may be empty for categories.
        seed: Of this column.
    """
    if not scale.ordered:
        return _of_categories(codes, seed)
    places = codes.astype(np.int64)
    rows = np.flatnonzero(codes < 0)
    places[rows] = scale.n_codes + normal.cells(scores[rows])
    return _of_ranks(np.concatenate([scale.code_ranks, scale.cell_ranks]), places)


def effective_dimensions(vectors: Vectors) -> float:
    """``tr(C)^2 / tr(C^2)`` of the covariance of the vectors, in ``[1, 8]``; 1 if they do not vary."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    covariance: npt.NDArray[Any] = np.einsum("ni,nj->ij", centred, centred)  # not BLAS: its sums depend on the threads
    squares = float((covariance * covariance).sum())
    return float(np.trace(covariance)) ** 2 / squares if squares > 0 else 1.0


def _of_ranks(ranks: Floats, places: npt.NDArray[np.int64]) -> Vectors:
    waves = np.arange(1, DIMENSIONS + 1)
    cosines = np.cos(np.pi * waves * np.nan_to_num(ranks)[:, None])  # (codes + cells, 8)
    counts = np.bincount(places, minlength=len(ranks)).astype(np.float64)
    counts[np.isnan(ranks)] = 0.0
    table = _standardised(cosines, counts) / np.sqrt(waves)
    missing = np.isnan(ranks)
    table[missing] = 0.0
    if counts.sum() < len(places):
        all_counts = np.bincount(places, minlength=len(ranks)).astype(np.float64)
        table[:, -1] = _standardised(missing[:, None].astype(np.float64), all_counts)[:, 0]
    return table.astype(np.float32)[places]


def _standardised(table: Floats, counts: Floats) -> Floats:
    weights = counts / max(counts.sum(), 1.0)
    mean = np.einsum("i,ij->j", weights, table)
    deviation = np.sqrt(np.einsum("i,ij->j", weights, (table - mean) ** 2))
    scaled: Floats = (table - mean) / np.where(deviation > 1e-9, deviation, np.inf)
    return scaled


def _of_categories(codes: Codes, seed: int) -> Vectors:
    counts = np.bincount(codes)
    weights = (np.maximum(counts, 1) / len(codes)) ** -0.25
    if len(counts) <= DIMENSIONS:
        table = np.zeros((len(counts), DIMENSIONS))
        np.fill_diagonal(table, weights)
    else:
        table = stream(seed, "projection").standard_normal((len(counts), DIMENSIONS))
        table *= weights[:, None] / np.sqrt(DIMENSIONS)
    return table.astype(np.float32)[codes]
