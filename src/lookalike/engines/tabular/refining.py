"""
Rows chosen by a classifier that learnt to tell drawn rows from train's: where quality counts more than time.

Rejection by an estimated density ratio: a row stays with a probability in proportion to how much likelier it is among
real rows than among drawn ones (Azadi, Olsson, Darrell, Goodfellow and Odena, "Discriminator rejection sampling", ICLR
2019). Two rounds, the second against the rows that the first lets pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.descent import find_leaf, make_hops
from lookalike.engines.tabular.splits import FEATURE, LEFT, MASKED, THRESHOLD

ROUNDS = 2
TREES = 100
ROWS_MAX = 100_000  # of train that a classifier sees
DRAWN = 2  # drawn rows to one of train
SURE = 0.98  # quantile of the ratio from which on every row stays
SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.8,
    "max_bin": 255,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}

Array = npt.NDArray[Any]
Draw = Callable[[int, int, "Refiner"], Array]


@dataclass(frozen=True)
class Refiner:
    """
    The classifiers of all rounds, as trees over bins.

    Attributes:
        nodes: int32 ``(k, 5)``, as in `splits.grow` (no rows); trees end to end, children counted within a tree.
        masks: uint8 ``(m, 32)``, of all trees.
        values: float64 ``(k,)``, what a leaf adds to the logarithm of the ratio.
        tree_at: int64 ``(t + 1,)``; `round_at`: int64 ``(rounds + 1,)``, into the trees.
        tops: float64 ``(rounds,)``, the ratio's logarithm from which on every row stays.
    """

    nodes: Array
    masks: Array
    values: Array
    tree_at: Array
    round_at: Array
    tops: Array

    def chances(self, bins: Array) -> npt.NDArray[np.float64]:
        """How likely each row stays, in ``(0, 1]``; bins uint8 ``(n, c)``, contiguous."""
        chances = np.ones(len(bins))
        hops = make_hops(self.nodes)
        for number, top in enumerate(self.tops):
            span = self.tree_at[self.round_at[number] : self.round_at[number + 1] + 1]
            chances *= np.exp(np.minimum(add_leaves(hops, self.masks, self.values, span, bins) - top, 0.0))
        return chances

    def arrays(self) -> Mapping[str, Array]:
        return vars(self)


NONE = Refiner(
    np.zeros((0, 5), np.int32),
    np.zeros((0, 32), np.uint8),
    np.zeros(0),
    np.zeros(1, np.int64),
    np.zeros(1, np.int64),
    np.zeros(0),
)


def fit_refiner(bins: Array, categories: list[int], draw: Draw) -> Refiner:
    """
    The refiner of a model.

    Args:
        bins: uint8 ``(n, c)``, of train rows.
        categories: Columns whose bins have no order.
        draw: Draws so many rows, for the round of that number, that the refiner lets pass; their bins ``(n, c)``.
    """
    refiner, real = NONE, bins[:ROWS_MAX]
    for number in range(ROUNDS):
        refiner = _with_round(refiner, real, draw(DRAWN * len(real), number, refiner), categories)
    return refiner


@compiled
def add_leaves(hops: Array, masks: Array, values: Array, tree_at: Array, bins: Array) -> Array:
    """The sum over the trees of the value of the leaf that each row ends in, float64 ``(n,)``."""
    totals = np.zeros(len(bins))
    for tree in range(tree_at.size - 1):
        own, leaves = hops[tree_at[tree] : tree_at[tree + 1]], values[tree_at[tree] : tree_at[tree + 1]]
        for row in range(len(bins)):
            totals[row] += leaves[find_leaf(own, masks, bins, row)]
    return totals


def _with_round(refiner: Refiner, real: Array, drawn: Array, categories: list[int]) -> Refiner:
    import lightgbm as lgb  # takes most of a second to load: only who asks for quality pays for it

    x = np.concatenate([real, drawn]).astype(np.float32)
    y = np.repeat([1.0, 0.0], [len(real), len(drawn)])
    weights = np.repeat([len(drawn) / len(real), 1.0], [len(real), len(drawn)])
    data = lgb.Dataset(x, y, weight=weights, categorical_feature=categories, params=dict(SETTINGS))
    trees = lgb.train(dict(SETTINGS), data, TREES).dump_model()["tree_info"]
    return _joined(refiner, [_tree(tree["tree_structure"]) for tree in trees], drawn)


def _joined(refiner: Refiner, found: list[tuple[Array, Array, Array]], drawn: Array) -> Refiner:
    nodes, masks, first_mask = [refiner.nodes], [refiner.masks], len(refiner.masks)
    for own, own_masks, _ in found:
        moved = own.copy()
        masked = (own[:, FEATURE] >= 0) & (own[:, THRESHOLD] < 0)
        moved[masked, THRESHOLD] -= first_mask
        nodes.append(moved)
        masks.append(own_masks)
        first_mask += len(own_masks)
    ends = refiner.tree_at[-1] + np.cumsum([len(own) for own, _, _ in found])
    refined = Refiner(
        np.concatenate(nodes),
        np.concatenate(masks),
        np.concatenate([refiner.values, *(values for _, _, values in found)]),
        np.concatenate([refiner.tree_at, ends]).astype(np.int64),
        np.append(refiner.round_at, len(refiner.tree_at) - 1 + len(found)).astype(np.int64),
        np.append(refiner.tops, 0.0),
    )
    span = refined.tree_at[refined.round_at[-2] : refined.round_at[-1] + 1]
    ratios = add_leaves(make_hops(refined.nodes), refined.masks, refined.values, span, drawn)
    tops = np.append(refiner.tops, np.quantile(ratios, SURE))
    return Refiner(refined.nodes, refined.masks, refined.values, refined.tree_at, refined.round_at, tops)


def _splits(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "left_child" not in node:
        return []
    return [node, *_splits(node["left_child"]), *_splits(node["right_child"])]


def _n_masks(node: Mapping[str, Any]) -> int:
    return int(node["decision_type"] == "==")


def _tree(root: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """A tree of the classifier as nodes, masks and values of its leaves; children of a node stand side by side."""
    listed, splits = [root], _splits(root)
    nodes, values, n_used = [], list[float](), 0
    masks = np.zeros((sum(map(_n_masks, splits)), 32), np.uint8)
    for number in range(2 * len(splits) + 1):
        node = listed[number]
        split = np.full(5, -1, np.int32)
        if "left_child" in node:
            split[FEATURE], split[LEFT] = node["split_feature"], len(listed)
            split[THRESHOLD] = int(np.floor(float(node["threshold"]))) if not _n_masks(node) else MASKED - n_used
            if _n_masks(node):
                levels = np.array(str(node["threshold"]).split("||"), np.int64)
                np.bitwise_or.at(masks[n_used], levels >> 3, (1 << (levels & 7)).astype(np.uint8))
                n_used += 1
            listed += [node["left_child"], node["right_child"]]
        nodes.append(split)
        values.append(float(node.get("leaf_value", 0.0)))
    return np.array(nodes), masks, np.array(values)
