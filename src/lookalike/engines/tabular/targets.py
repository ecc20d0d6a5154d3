"""What a tree is to explain of a column: 8 features of each value, in which distributions differ as vectors do."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import stream
from lookalike.engines.tabular.splits import DIMENSIONS, pack
from lookalike.transforms import Codes, Scale, Scores, normal

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


class Target(NamedTuple):
    """
    `words`: int64 ``(n, WORDS + 1)``, the vectors of the rows as `splits.pack` writes them. `dimensions`: how many of
    the 8 count, ``tr(C)^2 / tr(C^2)`` of their covariance, in ``[1, 8]``; 1 if they do not vary.
    """

    words: npt.NDArray[np.int64]
    dimensions: float


def make_target(scale: Scale, codes: Codes, scores: Scores, *, seed: int) -> Target:
    """
    The target of a column.

    Numbers: cosines of their rank, standardised, the k-th divided by ``sqrt(k)``; in place of the last one, if cells
    are missing, whether this one is; in place of the one before, if cells are copied, whether this one is. Categories:
    one-hot scaled by ``p ** -0.25``, randomly projected if there are more than 8 (Johnson and Lindenstrauss, 1984).

    Args:
        codes: As encoded; from ``n_codes + 1`` on for cells copied from other columns.
        scores: Read where a cell is continuous or copied; may be empty for categories.
        seed: Of this column.
    """
    return _packed(*_vectors(scale, codes, scores, seed))


def category_target(codes: Codes, *, seed: int) -> Target:
    """The target of categories by their codes, ``(n,)``, as `make_target` has it."""
    return _packed(*_of_categories(codes, seed))


def rank_target(values: Floats) -> Target:
    """The target of numbers, ``(n,)``, that need no transform: cosines of their ranks, as `make_target` has them."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / len(values)
    return _packed(_table_of_ranks(ranks, counts, len(ranks)), places.astype(np.int64))


def make_joint_target(columns: Sequence[tuple[Scale, Codes, Scores]], *, seed: int) -> Target:
    """
    One target for several columns of the same rows: the random projection of their vectors, taken together, to 8.

    Args:
        columns: Scale, codes and scores of each, as `make_target` takes them.
        seed: Of the target.
    """
    parts = [_vectors(*column, seed) for column in columns]
    rng, places = stream(seed, "joint"), np.zeros(len(columns[0][1]), np.int64)
    mixings = rng.standard_normal((len(parts), DIMENSIONS, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    for _, own in parts:
        places = np.unique(places * (int(own.max()) + 1) + own, return_inverse=True)[1]
    first = np.unique(places, return_index=True)[1]
    table = np.zeros((len(first), DIMENSIONS))
    for (vectors, own), mixing in zip(parts, mixings, strict=True):
        table += np.einsum("ij,jk->ik", vectors, mixing)[own[first]]  # not BLAS: its sums depend on the threads
    return _packed(table, places)


def _packed(table: Floats, places: Places) -> Target:
    counts = np.bincount(places, minlength=len(table))
    return Target(pack(table, counts)[places], _effective_dimensions(table, counts))


def _vectors(scale: Scale, codes: Codes, scores: Scores, seed: int) -> tuple[Floats, Places]:
    """The vectors of a column's different values, float64 ``(m, 8)``, and which one each row has."""
    return _of_numbers(scale, codes, scores) if scale.ordered else _of_categories(codes, seed)


def _effective_dimensions(table: Floats, counts: Places) -> float:
    weights = counts / counts.sum()
    centred = table - np.einsum("i,ij->j", weights, table)  # not BLAS: its sums depend on the threads
    covariance: npt.NDArray[Any] = np.einsum("i,ij,ik->jk", weights, centred, centred)
    squares = float((covariance * covariance).sum())
    return float(np.trace(covariance)) ** 2 / squares if squares > 0 else 1.0


def _of_numbers(scale: Scale, codes: Codes, scores: Scores) -> tuple[Floats, Places]:
    places = codes.astype(np.int64)
    loose = np.flatnonzero((codes < 0) | (codes > scale.n_codes))
    copied = codes[loose] > scale.n_codes
    places[loose] = scale.n_codes + normal.cells(scores[loose]) + normal.CELLS * copied
    ranks = np.concatenate([scale.code_ranks, scale.cell_ranks, scale.cell_ranks])
    return _table_of_ranks(ranks, np.bincount(places, minlength=len(ranks)), scale.n_codes + normal.CELLS), places


def _table_of_ranks(ranks: Floats, counts: Places, first_copied: int) -> Floats:
    waves = np.arange(1, DIMENSIONS + 1)
    cosines = np.cos(np.pi * waves * np.nan_to_num(ranks)[:, None])
    missing, copied = np.isnan(ranks), np.arange(len(ranks)) >= first_copied
    table = _standardised(cosines, np.where(missing, 0, counts)) / np.sqrt(waves)
    table[missing] = 0.0
    for place, marked in ((-1, missing), (-2, copied)):
        if counts[marked].any():
            table[:, place] = _standardised(marked[:, None].astype(np.float64), counts)[:, 0]
    return table


def _standardised(table: Floats, counts: Places) -> Floats:
    weights = counts / max(int(counts.sum()), 1)
    mean = np.einsum("i,ij->j", weights, table)
    deviation = np.sqrt(np.einsum("i,ij->j", weights, (table - mean) ** 2))
    scaled: Floats = (table - mean) / np.where(deviation > 1e-9, deviation, np.inf)
    return scaled


def _of_categories(codes: Codes, seed: int) -> tuple[Floats, Places]:
    counts = np.bincount(codes)
    weights = (np.maximum(counts, 1) / len(codes)) ** -0.25
    if len(counts) <= DIMENSIONS:
        table = np.zeros((len(counts), DIMENSIONS))
        np.fill_diagonal(table, weights)
    else:
        table = stream(seed, "projection").standard_normal((len(counts), DIMENSIONS))
        table *= weights[:, None] / np.sqrt(DIMENSIONS)
    return table, codes.astype(np.int64)
