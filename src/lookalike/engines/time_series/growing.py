"""The trees of one column of a step, grown by the tabular engine's kernel, and what stands in their leaves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.splits import END, FEATURE, LEFT, MASKED, START, THRESHOLD, WHOLE, Features, Rule, grow
from lookalike.engines.tabular.targets import category_target, rank_target
from lookalike.engines.time_series.features import BIN_MAX
from lookalike.engines.time_series.settings import Dial

BINS = 250
NONE = -1

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Tree:
    """
    A grown tree.

    Attributes:
        nodes: int32 ``(k, 3)``: feature (`NONE` in a leaf), left child (the right one is next), mask (`NONE` for a
            cut).
        cuts: float64 ``(k,)``: left are values up to it.
        masks: uint8 ``(m, 32)``: a set bit sends its code left.
        leaves: int32 ``(k, 2)``: start and end among the donors.
        donors: float64 ``(d,)``: codes, or residuals ascending within each leaf.
    """

    nodes: Array
    cuts: Array
    masks: Array
    leaves: Array
    donors: Array


@dataclass(frozen=True)
class Binned:
    """
    Features as bins.

    Attributes:
        bins: uint8 ``(f, n)``.
        edges: Upper edges of the bins of each number.
        n_bins, ordered: Shape ``(f,)``.
    """

    bins: Array
    edges: tuple[Array, ...]
    n_bins: Array
    ordered: Array


def bin_features(features: Array, ordered: Array) -> Binned:
    """The bins of features, float64 ``(n, f)``: values if there are few, else of equal frequency."""
    n_rows, width = features.shape
    bins, edges = np.zeros((width, n_rows), np.uint8), []
    for feature in range(width):
        column = np.ascontiguousarray(features[:, feature])
        if ordered[feature]:
            edges.append(_edges(column))
            bins[feature] = np.searchsorted(edges[-1], column, side="left")
        else:
            edges.append(np.zeros(0))
            bins[feature] = np.minimum(column, BIN_MAX).astype(np.uint8)
    n_bins = bins.max(axis=1, initial=0).astype(np.int32) + 1
    return Binned(bins, tuple(edges), n_bins, np.asarray(ordered, np.bool_))


def _edges(column: Array) -> npt.NDArray[np.float64]:
    distinct = np.unique(column)
    if len(distinct) <= BINS:
        return distinct[:-1]
    ranks = np.linspace(0, len(column), BINS + 1)[1:-1].astype(np.int64)
    return np.unique(np.sort(column)[ranks])


def grow_codes(binned: Binned, used: Array, rows: Array, codes: Array, dial: Dial, seed: int) -> list[Tree]:
    """Trees that tell codes, int64 ``(n,)``, in the given rows, int32."""
    return _grow(binned, used, rows, category_target(codes[rows], seed=seed), codes.astype(np.float64), (dial, seed))


def grow_residuals(binned: Binned, used: Array, rows: Array, residuals: Array, dial: Dial, seed: int) -> list[Tree]:
    """Trees that tell numbers, float64 ``(n,)``, in the given rows, int32; ascending in each leaf."""
    trees = _grow(binned, used, rows, rank_target(residuals[rows]), residuals, (dial, seed))
    for tree in trees:
        for start, end in tree.leaves[tree.nodes[:, 0] == NONE]:
            tree.donors[start:end].sort()
    return trees


def _grow(binned: Binned, used: Array, rows: Array, target: Any, told: Array, how: tuple[Dial, int]) -> list[Tree]:
    dial, seed = how
    features = Features(binned.bins, np.zeros((0, binned.bins.shape[1]), np.uint8), binned.n_bins, binned.ordered)
    rule = Rule(dial.min_leaf, 1.0 + dial.certainty * (2.0 / target.dimensions) ** 0.5, int(dial.share * WHOLE))
    trees = []
    for number in range(dial.trees):
        order, random = rows.copy(), np.array([seed + number], np.uint64)
        nodes, masks = grow(features, target.words.copy(), order, used, rule, random)
        trees.append(_tree(binned, nodes, masks, told[order]))
    return trees


def _tree(binned: Binned, nodes: Array, masks: Array, donors: Array) -> Tree:
    told = np.full((len(nodes), 3), NONE, np.int32)
    cuts = np.zeros(len(nodes))
    told[:, 0], told[:, 1] = nodes[:, FEATURE], nodes[:, LEFT]
    for node in np.flatnonzero(nodes[:, FEATURE] >= 0):
        threshold = nodes[node, THRESHOLD]
        if threshold <= MASKED:
            told[node, 2] = MASKED - threshold
        else:
            cuts[node] = binned.edges[nodes[node, FEATURE]][threshold]
    return Tree(told, cuts, masks, np.ascontiguousarray(nodes[:, [START, END]]), donors)
