"""The trees of all columns end to end, as a kernel goes down them; and their arrays in a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import inner
from lookalike.engines.time_series.features import BIN_MAX
from lookalike.engines.time_series.growing import NONE, Tree

Array = npt.NDArray[Any]


class Forest(NamedTuple):
    """
    `roots` int64 ``(groups, trees)``: first node of each tree; a group is what one column is drawn by, its modes or its
    numbers. `nodes` int32 ``(k, 3)``: feature, `NONE` in a leaf; left child, of all nodes; mask, `NONE` for a cut.
    `cuts` float64 ``(k,)``. `masks` uint8 ``(m, 32)``. `leaves` int64 ``(k, 2)``: start and end in `donors` float64.
    """

    roots: Array
    nodes: Array
    cuts: Array
    masks: Array
    leaves: Array
    donors: Array


def join(groups: Sequence[Sequence[Tree]]) -> Forest:
    """The forest of groups of trees, as many in each."""
    trees = [tree for group in groups for tree in group]
    n_nodes, n_masks, n_donors = (
        _ends([len(getattr(t, name)) for t in trees]) for name in ("nodes", "masks", "donors")
    )
    nodes, leaves = [], []
    for number, tree in enumerate(trees):
        moved = tree.nodes.copy()
        inner = moved[:, 0] != NONE
        moved[inner, 1] += n_nodes[number]
        moved[moved[:, 2] != NONE, 2] += n_masks[number]
        nodes.append(moved)
        leaves.append(tree.leaves + n_donors[number])
    roots = n_nodes[:-1].reshape(len(groups), -1) if trees else np.zeros((0, 1), np.int64)
    return Forest(
        roots,
        _stacked(nodes, (0, 3), np.int32),
        _stacked([t.cuts for t in trees], (0,), np.float64),
        _stacked([t.masks for t in trees], (0, 32), np.uint8),
        _stacked(leaves, (0, 2), np.int64),
        _stacked([t.donors for t in trees], (0,), np.float64),
    )


def _ends(sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    """Where each of some arrays begins when they stand end to end, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _stacked(arrays: Sequence[Array], shape: tuple[int, ...], dtype: Any) -> Array:
    return np.ascontiguousarray(np.concatenate([np.zeros(shape, dtype), *arrays]).astype(dtype))


def tree_arrays(trees: Iterable[Tree]) -> dict[str, Array]:
    """Named arrays from which `load_trees` makes the same trees."""
    return {f"{number}.{name}": array for number, tree in enumerate(trees) for name, array in vars(tree).items()}


def load_trees(arrays: Mapping[str, Array], n_trees: int) -> list[Tree]:
    """The trees that `tree_arrays` told; a KeyError where it did not."""
    names = ("nodes", "cuts", "masks", "leaves", "donors")
    return [Tree(*(arrays[f"{number}.{name}"] for name in names)) for number in range(n_trees)]


@inner
def find_leaf(forest: Forest, features: Array, root: int) -> int:
    """The leaf in which a vector of features, float64, ends."""
    nodes, node = forest.nodes, root
    while nodes[node, 0] >= 0:
        value = features[nodes[node, 0]]
        if nodes[node, 2] < 0:
            node = nodes[node, 1] + (0 if value <= forest.cuts[node] else 1)
        else:
            code: Any = max(np.int64(0), min(np.int64(value), np.int64(BIN_MAX)))
            byte: Any = forest.masks[nodes[node, 2], code >> 3]
            node = nodes[node, 1] + (0 if (byte >> np.uint8(code & 7)) & np.uint8(1) else 1)
    return node


def _has_form(forest: Forest, n_groups: int) -> bool:
    """Whether the arrays have the dtypes and shapes that `Forest` names."""
    n_nodes = len(forest.nodes) if forest.nodes.ndim else 0
    shapes = {"nodes": (n_nodes, 3), "cuts": (n_nodes,), "leaves": (n_nodes, 2)}
    dtypes = {"roots": "i8", "nodes": "i4", "cuts": "f8", "masks": "u1", "leaves": "i8", "donors": "f8"}
    return (
        all(getattr(forest, name).shape == shape for name, shape in shapes.items())
        and all(getattr(forest, name).dtype == np.dtype(dtype) for name, dtype in dtypes.items())
        and (forest.roots.ndim, forest.masks.ndim, forest.donors.ndim) == (2, 2, 1)
        and (len(forest.roots), forest.masks.shape[1]) == (n_groups, 32)
        and forest.roots.shape[1] > 0
    )


def _tree_ends(forest: Forest) -> npt.NDArray[np.int64]:
    """Where the nodes of each tree end: trees stand end to end, in the order of their roots."""
    return np.append(forest.roots.ravel()[1:], len(forest.nodes)).astype(np.int64)


def has_codes(forest: Forest, group: int, n_codes: int) -> bool:
    """Whether all donors in the leaves of a group of a sound forest are whole numbers below `n_codes`."""
    start = int(forest.roots[group, 0])
    end = int(forest.roots[group + 1, 0]) if group + 1 < len(forest.roots) else len(forest.nodes)
    leaves = forest.leaves[start:end][forest.nodes[start:end, 0] < 0]
    donors = forest.donors[int(leaves[:, 0].min()) : int(leaves[:, 1].max())]
    return bool(((donors >= 0) & (donors < n_codes) & (donors == np.floor(donors))).all())


def is_sound(forest: Forest, n_groups: int, n_features: int) -> bool:
    """Whether going down each tree stays inside it and comes to an end in a leaf that has donors."""
    nodes, leaves, n_nodes = forest.nodes, forest.leaves, len(forest.nodes)
    if not _has_form(forest, n_groups):
        return False
    inner = nodes[:, 0] >= 0
    ends = _tree_ends(forest)
    if not n_groups:
        return n_nodes == 0
    if forest.roots.ravel()[0] != 0 or not (np.diff(ends, prepend=0) > 0).all():
        return False
    last = ends[np.searchsorted(ends, np.arange(n_nodes), side="right")]  # of the tree that a node belongs to
    split, below = nodes[inner], np.flatnonzero(inner)
    ends = leaves[~inner]
    return bool(
        (nodes >= NONE).all()
        and (split[:, 0] < n_features).all()
        and (split[:, 1] > below).all()
        and (split[:, 1].astype(np.int64) + 1 < last[inner]).all()
        and (split[:, 2] < len(forest.masks)).all()
        and (ends[:, 0] >= 0).all()
        and (ends[:, 0] < ends[:, 1]).all()
        and (ends[:, 1] <= len(forest.donors)).all()
        and np.isfinite(forest.donors).all()
        and not np.isnan(forest.cuts).any()
    )
