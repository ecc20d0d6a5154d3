"""Drawing rows from a fitted chain: each column in turn finds its leaf by the columns before it and takes a donor."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.descent import LEAF, step
from lookalike.engines.tabular.directions import CLUES, cell_of
from lookalike.engines.tabular.donors import Pool, take_donor
from lookalike.engines.tabular.regression import REGRESSORS
from lookalike.engines.tabular.splits import END, FEATURE, START, below
from lookalike.transforms.normal import CELLS, LIMIT

FORGET = 32  # columns after which the tags a row has met are forgotten: by then most would be met
RUN = 256  # rows that take the same tree of a column, of several: its nodes stay near
FREE = -2  # the code of a cell that is not given
WINDOW = 0.1  # how near a donor's score counts as the given one, in standard deviations

Array = npt.NDArray[Any]


class Chain(NamedTuple):
    """
    All trees and donors end to end. Of the trees, as many for each column, tree ``t`` owns ``at[t] … at[t + 1]``.

    `nodes` int32 (feature and child numbers count within the tree), `hops` int64: see `make_hops`;
    `masks` uint8, `regressors` int32, `coefficients` float32: as in `grow` and `fit_lines`. `codes` int32, `residuals`
    float32, `tags` uint8: the donors, leaf by leaf, in random order within each.
    `node_at`, `mask_at`, `donor_at` int64 ``(trees + 1,)``.

    Per column ``j``: `code_bins` uint8, `code_scores` float32: per code; `cell_bins` uint8: per score cell, `CELLS` or
    none a column; `code_at`, `cell_at` int64 ``(c + 1,)``. `bounds` float32 ``(c, 2)``: least and largest score.
    `score_rows` int32 ``(c,)``: row of the score matrix, -1 for columns without. The direction: `clue_columns` int32,
    `clue_tables` float32 ``(t, 256, CLUES)``, `clue_at` int64 ``(c + 1,)``, `clue_grid` float32 ``(c, CLUES, 2)``,
    `clue_bins` uint8 ``(k, CLUES, GRID)``, `clue_row` int32 ``(c,)``, -1 for none. `ties` int32 ``(c, 3)``: the column
    with which this one is missing (-1 for none), that one's bin and this one's code of missing cells. `copies` int32
    ``(m, 2)``: columns whose cells this one may copy, and rows of `copy_bins` uint8, `copy_scores` float32
    ``(k, CELLS)``, NaN out of reach; `copy_at` int64 ``(c + 1,)``.
    """

    nodes: Array
    hops: Array
    masks: Array
    regressors: Array
    coefficients: Array
    codes: Array
    residuals: Array
    tags: Array
    node_at: Array
    mask_at: Array
    donor_at: Array
    code_bins: Array
    code_scores: Array
    cell_bins: Array
    code_at: Array
    cell_at: Array
    bounds: Array
    score_rows: Array
    clue_columns: Array
    clue_tables: Array
    clue_at: Array
    clue_grid: Array
    clue_bins: Array
    clue_row: Array
    ties: Array
    copies: Array
    copy_bins: Array
    copy_scores: Array
    copy_at: Array


class Given(NamedTuple):
    """
    Cells that are told beforehand.

    `rows` int32 ``(c,)``: a column's row in `codes` int32 and `scores` float32 ``(g, n)``, -1 for none. `codes`: `FREE`
    where the cell is to be drawn. `weighed` bool ``(g,)``: whether the column stands behind columns that are drawn, so
    that rows must be chosen by how well it fits them.
    """

    rows: Array
    codes: Array
    scores: Array
    weighed: Array


class Rows(NamedTuple):
    """
    Rows being drawn: `codes` int32 ``(c, n)``; `scores` float32 ``(n, s)``; `bins` uint8 ``(n, c + CLUES)``, the last
    ones for the clues of the column in turn; `met` uint64 ``(n,)``, a bit for each tag a row has met; `weights` float32
    ``(n,)``, how likely the given cells are.
    """

    codes: Array
    scores: Array
    bins: Array
    met: Array
    weights: Array


@compiled
def draw_chain(chain: Chain, seeds: Array, n_rows: int, n_scores: int, given: Given) -> Rows:
    """
    New rows.

    Args:
        seeds: uint64 ``(c,)``, one a column.

    Within the call each leaf gives each of its donors once, in random order, before it gives one again.
    """
    n_columns = len(chain.score_rows)
    rows = Rows(
        np.empty((n_columns, n_rows), np.int32),
        np.zeros((n_rows, n_scores), np.float32),
        np.zeros((n_rows, n_columns + CLUES), np.uint8),
        np.zeros(n_rows, np.uint64),
        np.ones(n_rows, np.float32),
    )
    n_trees = (len(chain.node_at) - 1) // max(n_columns, 1)
    for column in range(n_columns):
        if column % FORGET == 0:
            rows.met[:] = np.uint64(0)
        random = seeds[column : column + 1].copy()
        chosen = np.empty((n_rows + RUN - 1) // RUN, np.int64)
        for run in range(chosen.size):
            chosen[run] = below(random, n_trees)
        for number in range(n_trees):
            pool = _pool(chain, column * n_trees + number, random)
            for run in range(chosen.size):
                if chosen[run] == number:
                    where = (column, column * n_trees + number, run * RUN, min((run + 1) * RUN, n_rows))
                    _draw_run(chain, where, pool, random, rows, given)
    return rows


@compiled
def _pool(chain: Chain, tree: int, random: Array) -> Pool:
    """The donors stand in random order within their leaves; each leaf's round begins anywhere in it."""
    nodes = chain.nodes[chain.node_at[tree] : chain.node_at[tree + 1]]
    masks = chain.masks[chain.mask_at[tree] : chain.mask_at[tree + 1]]
    tags = chain.tags[chain.donor_at[tree] : chain.donor_at[tree + 1]]
    first = np.zeros(len(nodes), np.int32)
    for leaf in range(len(nodes)):
        if nodes[leaf, FEATURE] < 0:
            first[leaf] = nodes[leaf, START] + below(random, nodes[leaf, END] - nodes[leaf, START])
    hops = chain.hops[chain.node_at[tree] : chain.node_at[tree + 1]]
    return Pool(nodes, hops, masks, np.arange(tags.size).astype(np.int32), first, first.copy(), tags)


@compiled
def _draw_run(
    chain: Chain, where: tuple[int, int, int, int], pool: Pool, random: Array, rows: Rows, given: Given
) -> None:
    """
    A column's cells of a run of rows, by one of its trees; `where`: column, tree, first row, end.

    What most rows need stands in the loop, with fields taken out before it: a call hands over all fields of its tuples,
    which takes longer than the work.
    """
    column, tree, start, end = where
    told, tie = given.rows[column], chain.ties[column, 0]
    codes = chain.codes[chain.donor_at[tree] : chain.donor_at[tree + 1]]
    residuals = chain.residuals[chain.donor_at[tree] : chain.donor_at[tree + 1]]
    order, following, first, nodes, tags = pool.order, pool.next, pool.first, pool.nodes, pool.tags
    bins, scores, met, own = rows.bins, rows.scores, rows.met, _own(chain, column, tree)
    n_codes, score_row, low, high, code_bins, code_scores, cell_bins, regressors, coefficients = own
    cells = rows.codes[column]
    leaves = _find_leaves(chain, column, pool, bins[start:end])
    for row in range(start, end):
        leaf: Any = np.int64(leaves[row - start])
        if (tie >= 0 or told >= 0) and _put_told(chain, (column, tree), pool, (row, leaf), rows, given):
            continue
        place = following[leaf]
        donor = np.int64(order[place])
        bit = np.uint64(1) << np.uint64(tags[donor])
        if met[row] & bit != np.uint64(0) or place + 1 == nodes[leaf, END] or place + 1 == first[leaf]:
            donor = np.int64(take_donor(pool, leaf, met, row, random))
        else:
            met[row] |= bit
            following[leaf] = place + 1
        code = codes[donor]
        if 0 <= code <= n_codes:
            cells[row], bins[row, column] = code, code_bins[code]
            if score_row >= 0:
                scores[row, score_row] = code_scores[code]
        elif code < 0 or not _copy(chain, column, rows, row, code - n_codes - 1):
            score: float = np.float64(residuals[donor])
            if code < 0:
                lean = 0.0
                for k in range(REGRESSORS):
                    regressor = regressors[leaf, k]
                    if regressor >= 0:
                        lean += coefficients[leaf, k] * scores[row, regressor]
                score += lean
            score = reflect(score, low, high)
            cells[row], scores[row, score_row] = -1, score
            bins[row, column] = cell_bins[score_cell(score)]


class Own(NamedTuple):
    """A column's parts of `Chain`, and the lines of one of its trees."""

    n_codes: int
    score_row: int
    low: float
    high: float
    code_bins: Array
    code_scores: Array
    cell_bins: Array
    regressors: Array
    coefficients: Array


@compiled
def _own(chain: Chain, column: int, tree: int) -> Own:
    codes = slice(chain.code_at[column], chain.code_at[column + 1])
    nodes = slice(chain.node_at[tree], chain.node_at[tree + 1])
    return Own(
        codes.stop - codes.start,
        np.int64(chain.score_rows[column]),  # type: ignore[arg-type]
        chain.bounds[column, 0],
        chain.bounds[column, 1],
        chain.code_bins[codes],
        chain.code_scores[codes],
        chain.cell_bins[chain.cell_at[column] : chain.cell_at[column + 1]],
        chain.regressors[nodes],
        chain.coefficients[nodes],
    )


@compiled
def _find_leaves(chain: Chain, column: int, pool: Pool, bins: Array) -> Array:
    """
    The node in which each row of bins, uint8 ``(n, c + CLUES)``, ends; int32 ``(n,)``.

    All rows go down a step at a time: the loads of one row then wait for those of no other.
    """
    if chain.clue_row[column] >= 0:
        for row in range(len(bins)):
            _put_clues(chain, column, bins, row)
    hops, masks = pool.hops, pool.masks
    leaves, left = np.zeros(len(bins), np.int32), np.arange(len(bins)).astype(np.int32)
    n_left = len(bins) if hops[0] & LEAF != LEAF else 0
    while n_left > 0:
        kept = np.int64(0)
        for k in range(n_left):
            row = left[k]
            node = step(hops[leaves[row]], masks, bins, row)
            leaves[row] = node
            left[kept] = row
            kept += np.int64(hops[node] & LEAF != LEAF)
        n_left = int(kept)
    return leaves


@compiled
def _put_code(chain: Chain, column: int, rows: Rows, row: int, code: int) -> None:
    rows.codes[column, row] = code
    rows.bins[row, column] = chain.code_bins[chain.code_at[column] + code]
    if chain.score_rows[column] >= 0:
        rows.scores[row, chain.score_rows[column]] = chain.code_scores[chain.code_at[column] + code]


@compiled
def _put_score(chain: Chain, column: int, rows: Rows, row: int, score: float) -> None:
    score = reflect(score, chain.bounds[column, 0], chain.bounds[column, 1])
    rows.codes[column, row] = -1
    rows.scores[row, chain.score_rows[column]] = score
    rows.bins[row, column] = chain.cell_bins[chain.cell_at[column] + score_cell(score)]


@compiled
def score_cell(score: float) -> int:
    """The cell of a score, as `normal.cells`."""
    return min(max(np.int64((score + LIMIT) * (CELLS / (2 * LIMIT))), 0), CELLS - 1)  # type: ignore[return-value]


@compiled
def _lean(chain: Chain, node: int, scores: Array, row: int) -> float:
    """What a leaf's line adds for a row."""
    total = 0.0
    for k in range(REGRESSORS):
        regressor = chain.regressors[node, k]
        if regressor >= 0:
            total += chain.coefficients[node, k] * scores[row, regressor]
    return total


@compiled
def _put_clues(chain: Chain, column: int, bins: Array, row: int) -> None:
    first, second = np.float32(0.0), np.float32(0.0)
    for t in range(chain.clue_at[column], chain.clue_at[column + 1]):
        b = bins[row, chain.clue_columns[t]]
        first += chain.clue_tables[t, b, 0]
        second += chain.clue_tables[t, b, 1]
    grid, table, n_columns = chain.clue_grid[column], chain.clue_bins[chain.clue_row[column]], len(chain.score_rows)
    bins[row, n_columns] = table[0, cell_of(first, grid[0, 0], grid[0, 1])]
    bins[row, n_columns + 1] = table[1, cell_of(second, grid[1, 0], grid[1, 1])]


@compiled
def _copy(chain: Chain, column: int, rows: Rows, row: int, number: int) -> bool:
    """Whether a cell could be copied: from one that is continuous, and within reach."""
    source, table = chain.copies[chain.copy_at[column] + number]
    if rows.codes[source, row] >= 0 and rows.codes[source, row] <= chain.code_at[source + 1] - chain.code_at[source]:
        return False
    cell = score_cell(rows.scores[row, chain.score_rows[source]])
    score = chain.copy_scores[table, cell]
    if np.isnan(score):
        return False
    rows.codes[column, row] = chain.code_at[column + 1] - chain.code_at[column] + 1 + number
    rows.scores[row, chain.score_rows[column]] = score
    rows.bins[row, column] = chain.copy_bins[table, cell]
    return True


@compiled
def _put_told(
    chain: Chain, where: tuple[int, int], pool: Pool, place: tuple[int, int], rows: Rows, given: Given
) -> bool:
    """Whether a cell was not to be drawn; then it is put. `where`: column and tree; `place`: row and leaf."""
    column, row = where[0], place[0]
    tie, told = chain.ties[column, 0], given.rows[column]
    if tie >= 0 and rows.bins[row, tie] == chain.ties[column, 1]:
        _put_code(chain, column, rows, row, chain.ties[column, 2])
        return True
    if told >= 0 and given.codes[told, row] != FREE:
        _put_given(chain, where, pool, place, rows, given)
        return True
    return False


@compiled
def _put_given(
    chain: Chain, where: tuple[int, int], pool: Pool, place: tuple[int, int], rows: Rows, given: Given
) -> None:
    """
    A cell told beforehand; if it must be weighed, the row's weight is multiplied by its share of the leaf.

    `where`: column and tree; `place`: row and leaf.
    """
    (column, tree), (row, leaf) = where, place
    told = given.rows[column]
    code, score = given.codes[told, row], given.scores[told, row]
    if given.weighed[told]:
        lean = _lean(chain, chain.node_at[tree] + leaf, rows.scores, row)
        rows.weights[row] *= _share(chain, tree, pool.nodes[leaf], code, score - lean)
    if code >= 0:
        _put_code(chain, column, rows, row, code)
    else:
        _put_score(chain, column, rows, row, np.float64(score))


@compiled
def _share(chain: Chain, tree: int, leaf: Array, code: int, score: float) -> float:
    """Of the donors of a leaf, those of that code, or that give a score within the window of that one."""
    n_fitting = 0
    for place in range(leaf[START], leaf[END]):
        donor = chain.donor_at[tree] + place
        if chain.codes[donor] == code:
            n_fitting += code >= 0 or abs(chain.residuals[donor] - score) <= WINDOW
    return n_fitting / (leaf[END] - leaf[START])  # type: ignore[no-any-return]


@compiled
def reflect(score: float, low: float, high: float) -> float:
    """A score thrown back at the ends it overshoots, and held there if it overshoots twice."""
    if score > high:
        score = 2 * high - score
    if score < low:
        score = 2 * low - score
    return min(max(score, low), high)
