"""One column of the chain: trees over the columns before it, and in their leaves the donors of its cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import key, stream
from lookalike.engines.tabular.coded import Array, Coded
from lookalike.engines.tabular.directions import BINS, CLUES, NONE, Design, Direction, find_direction
from lookalike.engines.tabular.regression import fit_lines
from lookalike.engines.tabular.settings import FEATURES_MAX, Dial
from lookalike.engines.tabular.splits import END, FEATURE, START, WHOLE, Features, Rule, grow
from lookalike.engines.tabular.targets import Target, make_joint_target, make_target
from lookalike.transforms import CONTINUOUS, Scale


@dataclass(frozen=True)
class Tree:
    """Arrays as in `drawing.Chain`, of one tree."""

    nodes: Array
    masks: Array
    regressors: Array
    coefficients: Array
    codes: Array
    residuals: Array
    tags: Array

    def arrays(self) -> Mapping[str, Array]:
        return vars(self)


@dataclass(frozen=True)
class Grown:
    """What was learnt of one column: its trees, and the direction along which they may split."""

    trees: tuple[Tree, ...]
    direction: Direction


@dataclass(frozen=True)
class Cells:
    """
    The cells of a column that trees are to give.

    Attributes:
        codes: int32 ``(n,)``, as encoded; from ``n_codes + 1`` on those copied from other columns.
        rows: int32, ascending: the rows that take part. The others are told by something else.
    """

    codes: Array
    rows: Array


@dataclass(frozen=True)
class Ground:
    """
    What all columns of a table share.

    Attributes:
        scales: One a column of the chain.
        design: None where directions are not looked for.
        shadows: Of columns that are known by others drawn before them, those.
    """

    coded: Coded
    scales: tuple[Scale, ...]
    design: Design | None
    shadows: Mapping[int, tuple[int, ...]]
    dial: Dial
    seed: int


def grow_trees(ground: Ground, column: int, cells: Cells) -> Grown:
    """What there is to learn of a column, given by its place in the chain."""
    coded, scale, rows = ground.coded, ground.scales[column], cells.rows
    own = key(ground.seed, "tree", column) & (2**63 - 1)
    scores = _scores(ground, column)
    shadows = [
        (ground.scales[n], coded.codes[n][rows], _scores(ground, n)[rows]) for n in ground.shadows.get(column, ())
    ]
    if shadows:
        target = make_joint_target([(scale, cells.codes[rows], scores[rows]), *shadows], seed=own)
    else:
        target = make_target(scale, cells.codes[rows], scores[rows], seed=own)
    direction, clues = NONE, np.zeros((0, coded.bins.shape[1]), np.uint8)
    if ground.design is not None:
        direction, clues = find_direction(coded, ground.design, column, rows, target.words)
    used = coded.nearest(column, FEATURES_MAX)
    features = Features(coded.bins, clues, *_kinds(ground.scales))
    fit = _Fit(coded, scale, cells, scores, features, used)
    return Grown(tuple(fit.tree(target, ground.dial, own + number) for number in range(ground.dial.trees)), direction)


def _scores(ground: Ground, column: int) -> Array:
    """Of a column, float32 ``(n,)``; zeros where it has none."""
    row = ground.coded.score_rows[column]
    return ground.coded.scores[row] if row >= 0 else np.zeros(ground.coded.bins.shape[1], np.float32)


@dataclass(frozen=True)
class _Fit:
    """What all trees of a column share; `scores` are its own, float32 ``(n,)``."""

    coded: Coded
    scale: Scale
    cells: Cells
    scores: Array
    features: Features
    used: Array

    def tree(self, target: Target, dial: Dial, seed: int) -> Tree:
        codes, order = self.cells.codes, self.cells.rows.copy()
        rule = Rule(dial.min_leaf, 1.0 + dial.certainty * (2.0 / target.dimensions) ** 0.5, int(dial.share * WHOLE))
        random = np.array([seed], np.uint64)
        nodes, masks = grow(self.features, target.words.copy(), order, self._features(), rule, random)
        order = _shuffled(order, nodes, seed)
        goals = np.where(codes == CONTINUOUS, self.scores, np.float32(np.nan))
        lines = fit_lines(nodes, order, goals, self.coded.scores, self._regressors())
        # a copied cell keeps its own score, for rows where there is nothing to copy
        loose = np.where(codes > self.scale.n_codes, self.scores, np.float32(0.0))
        return Tree(
            nodes=nodes,
            masks=masks,
            regressors=lines.regressors,
            coefficients=lines.coefficients,
            codes=_shown(codes[order], nodes, self.scale.n_codes, seed),
            residuals=np.where(np.isnan(lines.residuals), loose, lines.residuals)[order],
            tags=self.coded.tags[order],
        )

    def _features(self) -> Array:
        n_columns, n_clues = len(self.coded.bins), len(self.features.clues)
        return np.append(self.used, np.arange(n_columns, n_columns + n_clues, dtype=np.int32))

    def _regressors(self) -> npt.NDArray[np.int32]:
        found = self.coded.score_rows[self.used]
        return np.ascontiguousarray(found[found >= 0], np.int32)


def _kinds(scales: tuple[Scale, ...]) -> tuple[Array, Array]:
    """Bins and order of each column, and of the clues."""
    n_bins, ordered = [*(s.n_bins for s in scales), *[BINS] * CLUES], [*(s.ordered for s in scales), *[True] * CLUES]
    return np.array(n_bins, np.int32), np.array(ordered, bool)


def _shuffled(order: Array, nodes: Array, seed: int) -> Array:
    """The rows in random order within each leaf, so that rows drawn one after the other do not follow train."""
    leaves = nodes[nodes[:, FEATURE] < 0]
    leaves = leaves[np.argsort(leaves[:, START])]
    leaf_of = np.repeat(np.arange(len(leaves)), leaves[:, END] - leaves[:, START])
    mixed: Array = order[np.lexsort((stream(seed, "shuffle").random(len(order)), leaf_of))]
    return mixed


def _shown(codes: Array, nodes: Array, n_codes: int, seed: int) -> Array:
    """Donors' codes with those that are not shown replaced by others of the same leaf, or else of the column."""
    hidden = np.flatnonzero(codes == n_codes)
    if not len(hidden):
        return codes
    rng, out = stream(seed, "hidden"), codes.copy()
    everywhere = codes[codes != n_codes]
    leaves = nodes[nodes[:, FEATURE] < 0]
    leaves = leaves[np.argsort(leaves[:, START])]
    leaf_of = np.searchsorted(leaves[:, START], hidden, side="right") - 1
    for number in np.unique(leaf_of):
        start, end = leaves[number, START], leaves[number, END]
        known = codes[start:end][codes[start:end] != n_codes]
        pool = known if len(known) else everywhere if len(everywhere) else np.array([n_codes - 1])
        mine = hidden[leaf_of == number]
        out[mine] = rng.choice(pool, len(mine))
    return out
