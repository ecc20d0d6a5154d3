"""Tokens come as often as their chances say."""

import numpy as np
import pytest

from lookalike.data.streams import stream
from lookalike.engines.text.counting import Corpus, count_tree
from lookalike.engines.text.descending import Descent, begin, begun, chance, draw_token, follow

N_TOKENS, N_DRAWN = 6, 40_000


def descent() -> Descent:
    """Two kinds of random texts, pairs and single tokens of each kind and of both."""
    rng = stream(3, "texts")
    sizes = rng.integers(1, 8, 60)
    ids = np.minimum(rng.integers(0, N_TOKENS, sizes.sum()), rng.integers(0, N_TOKENS, sizes.sum())).astype(np.int32)
    corpus = Corpus(ids, np.cumsum(sizes), rng.integers(0, 2, 60).astype(np.int32), N_TOKENS, 2)
    tree = count_tree(corpus, floor=2, order=3, scale=0.8)
    steps = [(1, 2, 1.0), (0, 2, 0.5), (1, 1, 1.0), (0, 1, 0.5), (1, 0, 1.0), (0, 0, 1.0)]
    trees, depths, weights = (np.array(column) for column in zip(*steps, strict=True))
    return Descent(tree.first, tree.token, tree.share, trees, depths, weights, 3, N_TOKENS)


@pytest.mark.parametrize("history", [[], [0], [0, 1], [1, 0, 2], [5, 5]])
@pytest.mark.parametrize("kind", [0, 1])
def test_tokens_come_as_often_as_their_chances_say(kind: int, history: list[int]) -> None:
    """Chances add up to 1, and how often tokens are drawn lies within five standard errors of them."""
    way = descent()
    states = begun(way)
    begin(way, kind, states)
    for token in history:
        follow(way, states, token)
    chances = np.array([chance(way, states, token) for token in range(N_TOKENS + 2)])
    random = np.array([kind + 1], np.uint64)
    drawn = np.bincount([draw_token(way, states, random) for _ in range(N_DRAWN)], minlength=N_TOKENS + 2) / N_DRAWN

    assert 1.0 == pytest.approx(chances.sum())
    assert 0.0 == chances[-1]
    assert (np.abs(drawn - chances) <= 5 * np.sqrt(chances * (1 - chances) / N_DRAWN)).all()
