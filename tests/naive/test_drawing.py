"""Taking donors and finding leaves, against plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.drawing import LOOK, Pool, find_leaf, reflect, take_donor
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


def donors(n_rows: int, tags: list[int], met: list[set[int]], seed: int) -> list[int]:
    """Donors of one leaf for rows in turn, with a list of those left in place of the swaps."""
    random, order, taken, out = Splitmix(seed), list(range(len(tags))), 0, []
    for row in range(n_rows):
        taken = 0 if taken == len(tags) else taken
        looks = []
        for _ in range(LOOK):
            looks.append(taken + random.below(len(tags) - taken))
            if tags[order[looks[-1]]] not in met[row]:
                break
        place = looks[-1] if tags[order[looks[-1]]] not in met[row] else looks[0]
        order[taken], order[place] = order[place], order[taken]
        out.append(order[taken])
        met[row].add(tags[order[taken]])
        taken += 1
    return out


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=20), st.integers(1, 50), st.integers(0, 2**63))
def test_donors_are_those_of_the_plain_way(tags: list[int], n_rows: int, seed: int) -> None:
    """The same donors in the same order; each once before any comes again."""
    nodes = np.array([[-1, -1, -1, 0, len(tags)]], np.int32)
    order = np.arange(len(tags), dtype=np.int32)
    pool = Pool(nodes, order, np.zeros(1, np.int32), np.array(tags, np.uint8))
    met, random = np.zeros((n_rows, 4), np.uint64), np.array([seed], np.uint64)
    met[:, 1] = np.uint64(1 << 3)  # tag 67 has been met
    found = [int(take_donor(pool, 0, met, row, random)) for row in range(n_rows)]

    assert donors(n_rows, tags, [{67} for _ in range(n_rows)], seed) == found
    for start in range(0, n_rows, len(tags)):
        part = found[start : start + len(tags)]

        assert len(part) == len(set(part))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.sets(st.integers(0, 255)))
def test_leaf_is_found(first: int, second: int, members: set[int]) -> None:
    """A threshold sends bins up to it left, a mask its members."""
    nodes = np.array([[0, 100, 1, 0, 0], [-1, 0, 0, 0, 1], [1, MASKED, 3, 0, 0], [-1] * 5, [-1] * 5], np.int32)
    masks = np.array([[sum((8 * k + b in members) << b for b in range(8)) for k in range(32)]], np.uint8)
    wanted = 1 if first <= 100 else 3 if second in members else 4

    assert wanted == find_leaf(nodes, masks, np.array([[first, second]], np.uint8), 0)


def test_reflection() -> None:
    """A score comes back from an end by as much as it went over, and never leaves the ends."""
    assert [reflect(x, 0.0, 2.0) for x in (-0.5, 2.5, -9.0, 11.0, 1.0)] == [0.5, 1.5, 2.0, 2.0, 1.0]
