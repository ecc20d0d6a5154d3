"""Going down a fitted tree: what a step reads of a node, in one word."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.splits import BINS_MAX, FEATURE, LEFT, THRESHOLD

LEAF = 0xFFFF  # in place of a feature
CUT, CHILD = 16, 36  # bits of a hop below its threshold, and below its left child
CUT_MAX = 2**20 - 1

Array = npt.NDArray[Any]


def make_hops(nodes: Array) -> npt.NDArray[np.int64]:
    """
    What a descent reads of nodes int32 ``(k, 5)``, a word each, as one load is quicker than three.

    From the lowest bit: 16 of the feature (`LEAF` for leaves), 20 of the threshold (from the top down: mask numbers),
    28 of the left child.
    """
    feature, threshold, left = (nodes[:, field].astype(np.int64) for field in (FEATURE, THRESHOLD, LEFT))
    cut = np.where(threshold >= 0, threshold, CUT_MAX + 1 + threshold)
    return np.where(feature < 0, np.int64(LEAF), (left << CHILD) | (cut << CUT) | feature)


@compiled
def find_leaf(hops: Array, masks: Array, bins: Array, row: int) -> int:
    """The node in which a row of bins, uint8 ``(n, c)``, ends; see `make_hops`."""
    node = 0
    while hops[node] & LEAF != LEAF:
        node = step(hops[node], masks, bins, row)
    return node


@compiled
def step(hop: int, masks: Array, bins: Array, row: int) -> Any:
    """The child that a row goes to from a node, given by its hop."""
    b = np.int64(bins[row, hop & LEAF])
    cut = (hop >> CUT) & CUT_MAX
    if cut < BINS_MAX:
        return (hop >> CHILD) + np.int64(b > cut)
    return (hop >> CHILD) + np.int64((masks[CUT_MAX - cut, b >> 3] >> (b & 7)) & 1 == 0)
