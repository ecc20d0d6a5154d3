"""Whose turn it is in a leaf: each donor once, in random order, before one gives again."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.splits import END, START, below

LOOK = 8  # donors looked at for one that has not given to the row yet: DCR share -0.01 on average
TAGS = 64  # one a bit of a word

Array = npt.NDArray[Any]


class Pool(NamedTuple):
    """
    The donors of a tree while a block is drawn.

    `nodes` int32 ``(k, 5)``; `hops` int64 ``(k,)``; `masks` uint8 ``(m, 32)``; `order` int32 ``(n,)``, leaf by leaf the
    order in which donors are taken; `first` int32 ``(k,)``, where a leaf's round began; `next` int32
    ``(k,)``, where it is; `tags` uint8 ``(n,)``.
    """

    nodes: Array
    hops: Array
    masks: Array
    order: Array
    first: Array
    next: Array
    tags: Array


@compiled
def take_donor(pool: Pool, leaf: int, met: Array, row: int, random: Array) -> int:
    """
    The next donor of a leaf; if the row has met its tag, the first of the next ones with a tag it has not met.

    Args:
        pool: `order`, `first` and `next` change.
        met: uint64 ``(n,)``, a bit for each tag a row has met. Changed.
        random: uint64 ``(1,)``; moves on once a round, as the donors are shuffled for the next one: else whole rows
            would come again in step.
    """
    place = pool.next[leaf]
    start, end = pool.nodes[leaf, START], pool.nodes[leaf, END]
    donor = pool.order[place]
    bit = np.uint64(1) << np.uint64(pool.tags[donor])
    if met[row] & bit != np.uint64(0):
        stop = min(place + LOOK, pool.first[leaf] if place < pool.first[leaf] else end)
        for other in range(place + 1, stop):
            found = pool.order[other]
            bit_found = np.uint64(1) << np.uint64(pool.tags[found])
            if met[row] & bit_found == np.uint64(0):
                pool.order[place], pool.order[other] = found, donor
                donor, bit = found, bit_found
                break
    met[row] |= bit
    pool.next[leaf] = place + 1 if place + 1 < end else start
    if pool.next[leaf] == pool.first[leaf]:
        _shuffle(pool.order, start, end, random)
        pool.first[leaf] = pool.next[leaf] = start
    return donor  # type: ignore[no-any-return]


@compiled
def _shuffle(order: Array, start: int, end: int, random: Array) -> None:
    """Fisher and Yates, from the last to the first."""
    for place in range(end - 1, start, -1):
        other = start + below(random, place - start + 1)
        order[place], order[other] = order[other], order[place]
