"""Asked cells as what the drawing kernel is given, and how likely they are where they stand behind drawn ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.drawing import FREE, Chain, Given
from lookalike.engines.tabular.layout import Layout
from lookalike.engines.tabular.splits import END, FEATURE, START
from lookalike.engines.tabular.wishes.cells import Coded
from lookalike.engines.tabular.wishes.layers import Mask

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Wish:
    """
    Entries of one column of the chain.

    Attributes:
        place: Of the column in the chain.
        cells: Of each entry.
        asked: Which entries ask for the column, shape ``(entries,)``.
    """

    place: int
    cells: Coded
    asked: Mask


def given(chain: Chain, wishes: Sequence[tuple[Wish, Array]], n_rows: int) -> Given:
    """
    What the kernel is given for rows.

    Args:
        wishes: Each with the entry of each row, shape ``(n,)``.
    """
    rows = np.full(len(chain.score_rows), -1, np.int32)
    codes = np.full((len(wishes), n_rows), FREE, np.int32)
    scores = np.zeros((len(wishes), n_rows), np.float32)
    for number, (wish, entry) in enumerate(wishes):
        rows[wish.place] = number
        codes[number] = np.where(wish.asked[entry], wish.cells.codes[entry], FREE)
        scores[number] = wish.cells.scores[entry]
    weighed = weighed_places([wish for wish, _ in wishes])
    return Given(rows, codes, scores, np.array([wish.place in weighed for wish, _ in wishes], bool))


def weighed_places(wishes: Sequence[Wish]) -> set[int]:
    """Places of columns that stand behind one that is not always given."""
    always = {wish.place for wish in wishes if wish.asked.all()}
    first_drawn = next(place for place in range(len(always) + 1) if place not in always)
    return {wish.place for wish in wishes if wish.place > first_drawn}


def bounds(layout: Layout, chain: Chain, wish: Wish) -> Array:
    """
    The greatest weight that a row can get for each entry of a weighed column, float64 ``(entries,)``.

    That is the greatest share of an entry's code in any leaf; 1 for scores between codes, and where nothing is asked.
    """
    n_codes = layout.scales[wish.place].n_codes
    greatest = np.zeros(n_codes)
    n_trees = (len(chain.node_at) - 1) // len(chain.score_rows)
    for tree in range(wish.place * n_trees, (wish.place + 1) * n_trees):
        np.maximum(greatest, _greatest_shares(chain, tree, n_codes), out=greatest)
    if chain.ties[wish.place, 0] >= 0:
        greatest[chain.ties[wish.place, 2]] = 1.0  # missing where its leader is: there it is sure
    coded = wish.asked & (wish.cells.codes >= 0)
    return np.where(coded, greatest[np.where(coded, wish.cells.codes, 0)], 1.0)


def _greatest_shares(chain: Chain, tree: int, n_codes: int) -> Array:
    nodes = chain.nodes[chain.node_at[tree] : chain.node_at[tree + 1]]
    codes = chain.codes[chain.donor_at[tree] : chain.donor_at[tree + 1]]
    leaves = nodes[nodes[:, FEATURE] < 0]
    leaves = leaves[np.argsort(leaves[:, START])]
    sizes = leaves[:, END] - leaves[:, START]
    leaf = np.repeat(np.arange(len(leaves), dtype=np.int64), sizes)
    shown = (codes >= 0) & (codes < n_codes)
    pairs, counts = np.unique(leaf[shown] * n_codes + codes[shown], return_counts=True)
    greatest = np.zeros(n_codes)
    np.maximum.at(greatest, pairs % n_codes, counts / sizes[pairs // n_codes])
    return greatest
