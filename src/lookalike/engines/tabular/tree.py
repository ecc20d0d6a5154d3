"""One column of the chain: a tree over the columns before it, and in its leaves the donors of its cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import key, stream
from lookalike.engines.tabular.regression import fit_lines
from lookalike.engines.tabular.settings import FEATURES_MAX, Dial
from lookalike.engines.tabular.splits import END, FEATURE, START, Features, Rule, grow
from lookalike.engines.tabular.targets import effective_dimensions, target_vectors
from lookalike.transforms import CONTINUOUS, Scale

RELEVANCE_ROWS = 1_000  # rows by which the columns that a tree sees are chosen
RELEVANCE_STEPS = 32.0  # a standard deviation, in whole steps: sums of whole numbers do not depend on their order

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Coded:
    """
    The columns of the chain as numbers, in chain order.

    Attributes:
        bins: uint8, shape ``(c, n)``.
        scores: float32, shape ``(s, n)``, of the columns that have scores.
        score_rows: int32, shape ``(c,)``: a column's row in `scores`, -1 for none.
        codes: One array a column, shape ``(n,)``, of the least integer dtype that holds its codes.
        tags: uint8, shape ``(n,)``: a row's tag at random, by which draws keep its cells apart.
    """

    bins: Array
    scores: Array
    score_rows: Array
    codes: tuple[Array, ...]
    tags: Array

    @cached_property
    def steps(self) -> npt.NDArray[np.float64]:
        """Standardised bins of some rows in whole steps, shape ``(c, RELEVANCE_ROWS)`` at most."""
        every = max(1, self.bins.shape[1] // RELEVANCE_ROWS)
        some = self.bins[:, ::every][:, :RELEVANCE_ROWS].astype(np.float64)
        centred = some - some.mean(axis=1, keepdims=True)
        deviation = np.maximum(centred.std(axis=1, keepdims=True), 1e-9)
        steps: npt.NDArray[np.float64] = np.rint(np.clip(centred / deviation, -4, 4) * RELEVANCE_STEPS)
        return steps


@dataclass(frozen=True)
class Tree:
    """Arrays as in `drawing.Chain`, of one column."""

    nodes: Array
    masks: Array
    regressors: Array
    coefficients: Array
    codes: Array
    residuals: Array
    tags: Array

    def arrays(self) -> Mapping[str, Array]:
        return vars(self)


def fit_tree(coded: Coded, scales: tuple[Scale, ...], column: int, dial: Dial, seed: int) -> Tree:
    """
    The tree of a column of the chain.

    Args:
        scales: One a column of the chain.
        column: Its place in the chain.
    """
    scale, codes = scales[column], coded.codes[column].astype(np.int32)
    rows = coded.score_rows
    scores = coded.scores[rows[column]] if scale.ordered else np.zeros(0, np.float32)
    own = key(seed, "tree", column) & (2**63 - 1)
    target = target_vectors(scale, codes, scores, seed=own)
    used = visible(coded, column)
    order = np.arange(len(codes), dtype=np.int32)
    rule = Rule(dial.min_leaf, 1.0 + dial.certainty * float(np.sqrt(2.0 / effective_dimensions(target))))
    features = Features(coded.bins, *_kinds(scales))
    nodes, masks = grow(features, target, order, used, rule, np.array([own], np.uint64))
    residuals = np.where(codes == CONTINUOUS, scores, np.float32(np.nan)) if scale.ordered else _flat(len(codes))
    lines = fit_lines(nodes, order, residuals.astype(np.float32), coded.scores, _regressors(rows, used))
    return Tree(
        nodes=nodes,
        masks=masks,
        regressors=lines.regressors,
        coefficients=lines.coefficients,
        codes=_shown(codes[order], nodes, scale.n_codes, own),
        residuals=np.nan_to_num(lines.residuals[order]),
        tags=coded.tags[order],
    )


def visible(coded: Coded, column: int) -> npt.NDArray[np.int32]:
    """The earlier columns that a tree may split on: all, or the `FEATURES_MAX` that go with it best, ascending."""
    if column <= FEATURES_MAX:
        return np.arange(column, dtype=np.int32)
    strength = np.abs(coded.steps[:column] @ coded.steps[column])
    chosen = np.argsort(-strength, kind="stable")[:FEATURES_MAX]
    return np.sort(chosen).astype(np.int32)


def _kinds(scales: tuple[Scale, ...]) -> tuple[Array, Array]:
    return np.array([s.n_bins for s in scales], np.int32), np.array([s.ordered for s in scales], bool)


def _regressors(rows: Array, used: Array) -> npt.NDArray[np.int32]:
    found = rows[used]
    return np.ascontiguousarray(found[found >= 0], np.int32)


def _flat(n_rows: int) -> npt.NDArray[np.float32]:
    return np.full(n_rows, np.nan, np.float32)


def _shown(codes: Array, nodes: Array, n_codes: int, seed: int) -> Array:
    """Donors' codes with those that are not shown replaced by others of the same leaf, or else of the column."""
    hidden = np.flatnonzero(codes == n_codes)
    if not len(hidden):
        return codes
    rng, out = stream(seed, "hidden"), codes.copy()
    everywhere = codes[codes < n_codes]
    leaves = nodes[nodes[:, FEATURE] < 0]
    leaves = leaves[np.argsort(leaves[:, START])]
    leaf_of = np.searchsorted(leaves[:, START], hidden, side="right") - 1
    for number in np.unique(leaf_of):
        start, end = leaves[number, START], leaves[number, END]
        known = codes[start:end][codes[start:end] < n_codes]
        pool = known if len(known) else everywhere if len(everywhere) else np.array([n_codes - 1])
        mine = hidden[leaf_of == number]
        out[mine] = rng.choice(pool, len(mine))
    return out
