"""
Two more clues for a tree: weighted sums over the earlier columns in which they explain the column best together.

Additive scores of the earlier columns' bins by ridge regression of the target vectors; of the fitted vectors the
leading principal directions (reduced-rank regression, Izenman, J. Multivariate Analysis 5, 1975). Trees split along one
column at a time; where several numbers act together, a split along their sum does in one step what takes them many.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.coded import Coded
from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.splits import DIMENSIONS, LOW, SQUARES, WORDS
from lookalike.transforms import Scale

COLUMNS_MAX = 32  # earlier columns that take part in a direction
TABLE_COLUMNS_MAX = 200  # wider tables go without: a direction takes a kilobyte for each column that takes part
ROWS = 10_000  # of which the columns' products are summed
STEPS = 64.0  # a standard deviation, in whole steps: products of whole numbers add up to the same in any order
LEVELS = 16  # of a category that count
LEVEL_SHARE = 0.005  # of the rows makes a level, or a bin of a category, count
SPIKE_SHARE = 0.05  # of the rows makes a single value of a number count
SPIKES = 3
RIDGE = 1e-3
GRID = 1_024  # cells of a direction, each with its bin
BINS = 250
WORTH = 0.05  # of the variance must be explained
BETTER = 1.1  # times what the best single column explains: else weak columns are blurred for nothing
CLUES = 2
FLAT = 1e-9  # sums that differ by less are all one
FAINT = 0.03  # of the greatest share: columns that add less are left out

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


class Direction(NamedTuple):
    """
    The weighted sums; without columns there are none.

    Attributes:
        columns: int32 ``(t,)``, places of the columns that take part.
        tables: float32 ``(t, 256, CLUES)``, what each of their bins adds.
        grid: float32 ``(CLUES, 2)``, the least sum, and cells to a unit.
        bins: uint8 ``(CLUES, GRID)`` or ``(CLUES, 0)``, a clue's bin in each cell.
    """

    columns: Array
    tables: Array
    grid: Array
    bins: Array


NONE = Direction(
    np.zeros(0, np.int32),
    np.zeros((0, 256, CLUES), np.float32),
    np.zeros((CLUES, 2), np.float32),
    np.zeros((CLUES, 0), np.uint8),
)


@dataclass(frozen=True)
class Design:
    """
    What the columns of a chain have to offer.

    Attributes:
        tables: Per column float64 ``(d, 256)``, whole numbers: what its bins mean in each of its d dimensions.
        ends: int64 ``(c + 1,)``, the dimensions of all columns end to end.
        products: float64 ``(p, p)``, mean products of the dimensions.
    """

    tables: tuple[Floats, ...]
    ends: npt.NDArray[np.int64]
    products: Floats


def make_design(coded: Coded, scales: tuple[Scale, ...]) -> Design | None:
    """The design of a chain; None for chains too wide for it."""
    if len(scales) > TABLE_COLUMNS_MAX:
        return None
    tables = tuple(_table(coded, scale, column) for column, scale in enumerate(scales))
    every = max(1, coded.bins.shape[1] // ROWS)
    some = coded.bins[:, ::every][:, :ROWS]
    cells = np.concatenate([np.zeros((0, some.shape[1])), *(t[:, b] for t, b in zip(tables, some, strict=True))])
    ends = np.cumsum([0, *(len(t) for t in tables)])
    return Design(tables, ends, (cells @ cells.T) / max(some.shape[1], 1))


def find_direction(coded: Coded, design: Design, column: int, rows: Array, words: Array) -> tuple[Direction, Array]:
    """
    The direction for a column, and its clues uint8 ``(CLUES, n)``; none, and ``(0, n)``, where it would not help.

    Args:
        rows: int32, the rows that take part.
        words: Their target, see `splits.pack`.
    """
    used = coded.nearest(column, COLUMNS_MAX)
    sums = [bin_sums(_taking(coded.bins[c], rows), words) for c in used]
    best = max((explained(n_rows, total) for n_rows, total in sums), default=0.0)
    if not len(used) or best <= 0.0:
        return NONE, _no_clues(coded)
    direction = _direction(coded, used, _weights(design, used, sums))
    clues = follow(direction, coded.bins)
    if explained(*bin_sums(_taking(clues[0], rows), words)) < max(WORTH * _variance(words), BETTER * best):
        return NONE, _no_clues(coded)
    return direction, clues


def _no_clues(coded: Coded) -> Array:
    return np.zeros((0, coded.bins.shape[1]), np.uint8)


def _taking(bins: Array, rows: Array) -> Array:
    return bins if len(rows) == len(bins) else bins[rows]


def explained(n_rows: Array, sums: Array) -> float:
    """Squared distance of the bins' means from the common mean, summed over rows; see `bin_sums`."""
    shown = n_rows > 0
    total = sums.sum(axis=0).astype(np.float64)
    within = (sums[shown].astype(np.float64) ** 2).sum(axis=1) / n_rows[shown]
    return float(within.sum() - (total**2).sum() / max(int(n_rows.sum()), 1))


@compiled
def bin_sums(bins: Array, words: Array) -> tuple[Array, Array]:
    """Rows int64 ``(256,)`` and target sums int64 ``(256, 8)`` of each bin."""
    packed = np.zeros((256, WORDS), np.int64)
    n_rows = np.zeros(256, np.int64)
    for i in range(bins.size):
        b = bins[i]
        n_rows[b] += 1
        for w in range(WORDS):
            packed[b, w] += words[i, w]
    sums = np.zeros((256, DIMENSIONS), np.int64)
    for b in range(256):
        for w in range(WORDS):
            sums[b, 2 * w] = packed[b, w] & LOW
            sums[b, 2 * w + 1] = packed[b, w] >> 32
    return n_rows, sums


@compiled
def follow(direction: Direction, bins: Array) -> Array:
    """The clues of all rows, uint8 ``(CLUES, n)``, from bins uint8 ``(c, n)``."""
    totals = add_up(direction.columns, direction.tables, bins)
    clues = np.empty((CLUES, bins.shape[1]), np.uint8)
    for k in range(CLUES):
        for row in range(bins.shape[1]):
            clues[k, row] = direction.bins[k, cell_of(totals[k, row], direction.grid[k, 0], direction.grid[k, 1])]
    return clues


@compiled
def cell_of(total: np.float32, low: np.float32, per_unit: np.float32) -> int:
    """The cell of a sum, ``0 … GRID - 1``."""
    return min(max(np.int64((total - low) * per_unit), 0), GRID - 1)  # type: ignore[return-value]


def _variance(words: Array) -> float:
    """Squared distance of the rows from their mean, summed."""
    total = np.concatenate([words[:, :WORDS] & LOW, words[:, :WORDS] >> 32], axis=1).sum(axis=0).astype(np.float64)
    return float(words[:, SQUARES].sum() - (total**2).sum() / len(words))


def _table(coded: Coded, scale: Scale, column: int) -> Floats:
    """Standardised dimensions of a column, per bin, in whole steps."""
    counts = np.bincount(coded.bins[column], minlength=256)
    shares = counts / counts.sum()
    common = np.argsort(-counts, kind="stable")
    if scale.ordered:
        scores = np.bincount(coded.bins[column], coded.scores[coded.score_rows[column]], minlength=256)
        means = scores / np.maximum(counts, 1)
        spikes = [b for b in common[:SPIKES] if shares[b] >= SPIKE_SHARE]
        rows = np.stack([means, means**2, *(np.eye(256)[b] for b in spikes)])
    else:
        rows = np.eye(256)[[b for b in common[1:LEVELS] if shares[b] >= LEVEL_SHARE]]
    centred = rows - np.einsum("b,rb->r", shares, rows)[:, None]
    deviation = np.sqrt(np.einsum("b,rb->r", shares, centred**2))
    kept = deviation > 1e-9
    table: Floats = np.rint(np.clip(centred[kept] / deviation[kept, None], -8, 8) * STEPS)
    return table


def _weights(design: Design, used: Array, sums: list[tuple[Array, Array]]) -> list[Floats]:
    """What each bin of the used columns adds, float64 ``(256, CLUES)`` each."""
    places = np.concatenate([np.arange(design.ends[c], design.ends[c + 1]) for c in used])
    n_rows = max(int(sums[0][0].sum()), 1)
    centre = sums[0][1].sum(axis=0) / n_rows
    right = [
        np.einsum("db,bk->dk", design.tables[c], total - n[:, None] * centre) / n_rows
        for c, (n, total) in zip(used, sums, strict=True)
    ]
    gram = design.products[np.ix_(places, places)].copy()
    gram[np.diag_indices_from(gram)] += RIDGE * STEPS**2
    slopes = solve(gram, np.ascontiguousarray(np.concatenate(right)))
    spread = np.einsum("ia,ij,jb->ab", slopes, design.products[np.ix_(places, places)], slopes, optimize=False)
    leading = np.linalg.eigh(spread)[1][:, : -CLUES - 1 : -1]
    weights = np.einsum("ia,ak->ik", slopes, leading)
    ends = np.cumsum([0, *(len(design.tables[c]) for c in used)])
    return [
        np.einsum("dk,db->bk", weights[a:b], design.tables[c])
        for c, a, b in zip(used, ends[:-1], ends[1:], strict=True)
    ]


def _direction(coded: Coded, used: Array, weights: list[Floats]) -> Direction:
    spread = np.array([_deviation(coded.bins[c], w) for c, w in zip(used, weights, strict=True)])
    kept = np.flatnonzero(spread > FAINT * spread.max())
    tables = np.array([weights[k] for k in kept], np.float32).reshape(-1, 256, CLUES)
    columns = used[kept].astype(np.int32)
    grids, bins = zip(*(_grid(totals) for totals in add_up(columns, tables, coded.bins)), strict=True)
    return Direction(columns, tables, np.array(grids), np.array(bins))


def _grid(totals: Array) -> tuple[Array, Array]:
    """A clue's grid, and the bin of each of its cells: of equal frequency."""
    low, spread = totals.min(), float(totals.max() - totals.min())
    grid = np.array([low, (GRID - 1) / spread if spread > FLAT else 0.0], np.float32)
    cells = np.clip(((totals - grid[0]) * grid[1]).astype(np.int64), 0, GRID - 1)
    counts = np.bincount(cells, minlength=GRID)
    middle = np.cumsum(counts) - counts / 2
    return grid, np.minimum(middle / len(totals) * BINS, BINS - 1).astype(np.uint8)


def _deviation(bins: Array, weights: Floats) -> float:
    counts = np.bincount(bins, minlength=256)
    mean = np.einsum("b,bk->k", counts, weights) / len(bins)
    return float(np.sqrt(np.einsum("b,bk->", counts, (weights - mean) ** 2) / len(bins)))


@compiled
def add_up(columns: Array, tables: Array, bins: Array) -> Array:
    """The sums of all rows, float32 ``(CLUES, n)``."""
    totals = np.zeros((CLUES, bins.shape[1]), np.float32)
    for t in range(columns.size):
        for k in range(CLUES):
            for row in range(bins.shape[1]):
                totals[k, row] += tables[t, bins[columns[t], row], k]
    return totals


@compiled
def solve(gram: Array, right: Array) -> Array:
    """``gram^-1 right`` of a positive definite matrix, by Cholesky; both float64, ``gram`` is used up."""
    p = len(gram)
    for a in range(p):
        for b in range(a + 1):
            part = gram[a, b]
            for k in range(b):
                part -= gram[a, k] * gram[b, k]
            gram[a, b] = np.sqrt(part) if a == b else part / gram[b, b]
    out = right.copy()
    for d in range(right.shape[1]):
        for a in range(p):
            for k in range(a):
                out[a, d] -= gram[a, k] * out[k, d]
            out[a, d] /= gram[a, a]
        for a in range(p - 1, -1, -1):
            for k in range(a + 1, p):
                out[a, d] -= gram[k, a] * out[k, d]
            out[a, d] /= gram[a, a]
    return out
