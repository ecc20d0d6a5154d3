"""Drawing rows from a fitted chain: each column in turn finds its leaf by the columns before it and takes a donor."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.regression import REGRESSORS
from lookalike.engines.tabular.splits import END, FEATURE, LEFT, MASKED, START, THRESHOLD, below
from lookalike.transforms.normal import CELLS, LIMIT

LOOK = 8  # donors looked at for one that has not given to the row yet: DCR share -0.01 on average
FORGET = 64  # columns after which the tags a row has met are forgotten: by then most of the 256 would be met

Array = npt.NDArray[Any]


class Chain(NamedTuple):
    """
    All trees and donors end to end; column ``j`` owns ``at[j] … at[j + 1]`` of each.

    `nodes` int32 (feature and child numbers count within the column), `masks` uint8, `regressors` int32,
    `coefficients` float32: as in `grow` and `fit_lines`. `codes` int32, `residuals` float32, `tags` uint8: the donors,
    leaf by leaf. `code_bins` uint8, `code_scores` float32: per code; `cell_bins` uint8: per score cell, `CELLS` or none
    a column. `bounds` float32 ``(c, 2)``: least and largest score. `score_rows` int32 ``(c,)``: row of the score
    matrix, -1 for columns without. `node_at`, `mask_at`, `donor_at`, `code_at`, `cell_at` int64 ``(c + 1,)``.
    """

    nodes: Array
    masks: Array
    regressors: Array
    coefficients: Array
    codes: Array
    residuals: Array
    tags: Array
    code_bins: Array
    code_scores: Array
    cell_bins: Array
    bounds: Array
    score_rows: Array
    node_at: Array
    mask_at: Array
    donor_at: Array
    code_at: Array
    cell_at: Array


class Pool(NamedTuple):
    """
    The donors of a column while a block is drawn.

    `nodes` int32 ``(k, 5)``; `order` int32 ``(n,)``, per leaf the donors taken in this round and then the others;
    `taken` int32 ``(k,)``, how many are taken; `tags` uint8 ``(n,)``.
    """

    nodes: Array
    order: Array
    taken: Array
    tags: Array


@compiled
def draw_chain(chain: Chain, seeds: Array, n_rows: int, n_scores: int) -> tuple[Array, Array]:
    """
    Codes int32 ``(c, n_rows)`` and scores float32 ``(n_rows, n_scores)`` of new rows.

    Args:
        seeds: uint64 ``(c,)``, one a column.

    Within the call each leaf gives each of its donors once, in random order, before it gives one again.
    """
    n_columns = len(chain.node_at) - 1
    codes = np.empty((n_columns, n_rows), np.int32)
    scores = np.zeros((n_rows, n_scores), np.float32)
    bins = np.zeros((n_rows, n_columns), np.uint8)
    met = np.zeros((n_rows, 4), np.uint64)
    for column in range(n_columns):
        if column % FORGET == 0:
            met[:] = np.uint64(0)
        _draw_column(chain, column, seeds[column : column + 1].copy(), codes[column], (bins, scores, met))
    return codes, scores


@compiled
def _draw_column(chain: Chain, column: int, random: Array, codes: Array, rows: tuple[Array, Array, Array]) -> None:
    bins, scores, met = rows
    first_node, first_donor = chain.node_at[column], chain.donor_at[column]
    nodes = chain.nodes[first_node : chain.node_at[column + 1]]
    masks = chain.masks[chain.mask_at[column] : chain.mask_at[column + 1]]
    tags = chain.tags[first_donor : chain.donor_at[column + 1]]
    pool = Pool(nodes, np.arange(tags.size).astype(np.int32), np.zeros(len(nodes), np.int32), tags)
    score_row = chain.score_rows[column]
    for row in range(codes.size):
        leaf = find_leaf(nodes, masks, bins, row)
        donor = first_donor + take_donor(pool, leaf, met, row, random)
        code = chain.codes[donor]
        codes[row] = code
        if code >= 0:
            bins[row, column] = chain.code_bins[chain.code_at[column] + code]
            if score_row >= 0:
                scores[row, score_row] = chain.code_scores[chain.code_at[column] + code]
            continue
        score: float = np.float64(chain.residuals[donor])
        for k in range(REGRESSORS):
            regressor = chain.regressors[first_node + leaf, k]
            if regressor >= 0:
                score += chain.coefficients[first_node + leaf, k] * scores[row, regressor]
        score = reflect(score, chain.bounds[column, 0], chain.bounds[column, 1])
        scores[row, score_row] = score
        cell = np.int64((score + LIMIT) * (CELLS / (2 * LIMIT)))
        bins[row, column] = chain.cell_bins[chain.cell_at[column] + min(max(cell, 0), CELLS - 1)]


@compiled
def find_leaf(nodes: Array, masks: Array, bins: Array, row: int) -> int:
    """The node in which a row of bins, uint8 ``(n, c)``, ends."""
    node = 0
    while nodes[node, FEATURE] >= 0:
        b = bins[row, nodes[node, FEATURE]]
        threshold = nodes[node, THRESHOLD]
        right = b > threshold if threshold >= 0 else (masks[MASKED - threshold, b >> 3] >> (b & 7)) & 1 == 0
        node = nodes[node, LEFT] + np.int64(right)
    return node


@compiled
def take_donor(pool: Pool, leaf: int, met: Array, row: int, random: Array) -> int:
    """
    A donor of a leaf that has not been taken in this round, if possible with a tag the row has not met.

    Args:
        pool: `order` and `taken` change.
        met: uint64 ``(n, 4)``, a bit for each tag a row has met. Changed.
    """
    start, end = pool.nodes[leaf, START], pool.nodes[leaf, END]
    if pool.taken[leaf] == end - start:
        pool.taken[leaf] = 0
    first = start + pool.taken[leaf]
    place = first
    for look in range(LOOK):
        found = first + below(random, end - first)
        tag = np.int64(pool.tags[pool.order[found]])
        fresh = (met[row, tag >> 6] >> np.uint64(tag & 63)) & np.uint64(1) == np.uint64(0)
        if look == 0 or fresh:
            place = found
        if fresh:
            break
    donor = pool.order[place]
    pool.order[place] = pool.order[first]
    pool.order[first] = donor
    pool.taken[leaf] += 1
    tag = np.int64(pool.tags[donor])
    met[row, tag >> 6] |= np.uint64(1) << np.uint64(tag & 63)
    return donor  # type: ignore[no-any-return]


@compiled
def reflect(score: float, low: float, high: float) -> float:
    """A score thrown back at the ends it overshoots, and held there if it overshoots twice."""
    if score > high:
        score = 2 * high - score
    if score < low:
        score = 2 * low - score
    return min(max(score, low), high)
