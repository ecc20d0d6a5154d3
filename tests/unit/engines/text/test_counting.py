"""Trees of n-grams, counted by hand."""

import numpy as np
import pytest

from lookalike.engines.text.counting import Corpus, Tree, count_tree

END, BEGINNING = 3, 4


def tree(texts: list[list[int]], kinds: list[int], n_kinds: int) -> Tree:
    """Single tokens and pairs that two records have, without discounts."""
    ids = np.array([token for text in texts for token in text], np.int32)
    ends = np.cumsum([len(text) for text in texts]).astype(np.int64)
    corpus = Corpus(ids, ends, np.array(kinds, np.int32), 3, n_kinds)
    return count_tree(corpus, floor=2, order=2, scale=0.0)


def below(found: Tree, *path: int) -> dict[int, float]:
    """Shares of the tokens below a root and the tokens after it."""
    root, *tokens = path
    node = root
    for token in tokens:
        node = next(n for n in range(found.first[node], found.first[node + 1]) if found.token[n] == token)
    span = slice(found.first[node], found.first[node + 1])
    shares = np.diff(found.share[span], prepend=0.0)
    return dict(zip(found.token[span].tolist(), shares.tolist(), strict=True))


def test_pairs_have_shares_of_records() -> None:
    """A pair that one record has is left out, and its share is lacking."""
    found = tree([[0, 1], [0, 1], [0, 2]], [0, 0, 0], 1)

    assert {0: 1.0} == below(found, 0, BEGINNING)
    assert {1: 2 / 3} == pytest.approx(below(found, 0, 0))
    assert {END: 1.0} == below(found, 0, 1)
    assert {} == below(found, 0, 2)


def test_tokens_have_what_pairs_hand_down() -> None:
    """A kept pair hands down one count, a dropped one as many as it occurs; the beginning is never drawn."""
    found = tree([[0, 1], [0, 1], [0, 2]], [0, 0, 0], 1)

    assert {0: 0.2, 1: 0.2, 2: 0.2, END: 0.4, BEGINNING: 0.0} == pytest.approx(below(found, 0))


def test_a_pair_counts_once_a_record() -> None:
    """What one record repeats is not what two records say."""
    found = tree([[0, 0, 0, 0], [1]], [0, 0], 1)

    assert {} == below(found, 0, 0)


def test_a_kind_has_what_it_shares_with_other_kinds() -> None:
    """A pair that each of two kinds has once is in both their trees and in that of all, the last."""
    found = tree([[0, 1], [0, 1], [2]], [0, 1, 1], 2)

    assert {1: 1.0} == below(found, 0, 0) == below(found, 1, 0) == below(found, 2, 0)
    assert {0: 0.5} == below(found, 1, BEGINNING)
    assert {0: 2 / 3} == pytest.approx(below(found, 2, BEGINNING))
