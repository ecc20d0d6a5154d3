"""Taking donors and finding leaves, against plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.descent import find_leaf, make_hops
from lookalike.engines.tabular.donors import LOOK, TAGS, Pool, take_donor
from lookalike.engines.tabular.drawing import reflect
from lookalike.engines.tabular.splits import MASKED

MASK64 = 2**64 - 1


class Splitmix:
    """The generator in whole numbers."""

    def __init__(self, state: int) -> None:
        self.state = state

    def below(self, limit: int) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
        return ((z ^ (z >> 31)) >> 32) * limit >> 32


def donors(n_rows: int, tags: list[int], met: list[set[int]], first: int, seed: int) -> list[int]:
    """Donors of one leaf for rows in turn, round by round; after a round they are shuffled."""
    random, size, out = Splitmix(seed), len(tags), []
    order, place = list(range(size)), first
    for row in range(n_rows):
        stop = min(place + LOOK, first if place < first else size)
        fresh = [other for other in range(place, stop) if tags[order[other]] not in met[row]]
        chosen = fresh[0] if fresh else place
        order[place], order[chosen] = order[chosen], order[place]
        out.append(order[place])
        met[row].add(tags[out[-1]])
        place = (place + 1) % size
        if place == first:
            for last in range(size - 1, 0, -1):
                other = random.below(last + 1)
                order[last], order[other] = order[other], order[last]
            first = place = 0
    return out


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, TAGS - 1), min_size=1, max_size=20), st.integers(1, 50), st.integers(0, 19))
def test_donors_are_those_of_the_plain_way(tags: list[int], n_rows: int, start: int) -> None:
    """The same donors in the same order; each once in a round before any comes again."""
    size, first = len(tags), start % len(tags)
    nodes = np.array([[-1, -1, -1, 0, size]], np.int32)
    begun = np.array([first], np.int32)
    order, masks = np.arange(size, dtype=np.int32), np.zeros((0, 32), np.uint8)
    pool = Pool(nodes, make_hops(nodes), masks, order, begun, begun.copy(), np.array(tags, np.uint8))
    met, random = np.full(n_rows, 1 << 3, np.uint64), np.array([9], np.uint64)  # tag 3 has been met
    found = [int(take_donor(pool, 0, met, row, random)) for row in range(n_rows)]

    assert donors(n_rows, tags, [{3} for _ in range(n_rows)], first, 9) == found
    for at in range(0, n_rows, size):
        part = found[at : at + size]

        assert len(part) == len(set(part))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.sets(st.integers(0, 255)))
def test_leaf_is_found(first: int, second: int, members: set[int]) -> None:
    """A threshold sends bins up to it left, a mask its members."""
    nodes = np.array([[0, 100, 1, 0, 0], [-1, 0, 0, 0, 1], [1, MASKED, 3, 0, 0], [-1] * 5, [-1] * 5], np.int32)
    masks = np.array([[sum((8 * k + b in members) << b for b in range(8)) for k in range(32)]], np.uint8)
    wanted = 1 if first <= 100 else 3 if second in members else 4

    assert wanted == find_leaf(make_hops(nodes), masks, np.array([[first, second]], np.uint8), 0)


def test_reflection() -> None:
    """A score comes back from an end by as much as it went over, and never leaves the ends."""
    assert [reflect(x, 0.0, 2.0) for x in (-0.5, 2.5, -9.0, 11.0, 1.0)] == [0.5, 1.5, 2.0, 2.0, 1.0]
