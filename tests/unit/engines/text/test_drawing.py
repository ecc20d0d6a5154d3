"""Drawing tokens: from the likely ones only, as often as they are likely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.text.drawing import TRIES, How, Wanted, draw, pick
from lookalike.engines.text.network import Shape, begin
from lookalike.engines.text.vocabulary import END

N = 20_000


def nucleus(shares: np.ndarray, share: float) -> np.ndarray:
    """The naive twin: the shares of the most likely tokens, until they have `share` in all."""
    order = np.argsort(-shares, kind="stable")
    before = np.cumsum(shares[order]) - shares[order]
    kept = np.where(np.isin(np.arange(len(shares)), order[before < share]), shares, 0)
    return kept / kept.sum()


@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.9, 1.0]), st.sampled_from([0.7, 1.0, 1.5]))
@settings(max_examples=15, deadline=None)
def test_tokens_are_as_frequent_as_they_are_likely(seed: int, share: float, temperature: float) -> None:
    """Frequencies of drawn tokens are those of the naive nucleus."""
    rng = np.random.Generator(np.random.Philox(seed))
    logits = rng.normal(size=12).astype(np.float32)
    luck = rng.random((N, 64))
    drawn = pick(np.repeat(logits[None], N, axis=0), temperature, share, luck)
    told = np.exp(logits / temperature)
    expected = nucleus(told / told.sum(), share)

    found = np.bincount(drawn, minlength=12) / N
    assert (found[expected == 0] == 0).all()
    assert found == pytest.approx(expected, abs=5 * 0.5 / np.sqrt(N))


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return begin(Shape(40, 5, 60, 8, 6), np.random.Generator(np.random.Philox(1)))


def wanted(n: int) -> Wanted:
    words = np.arange(n) % 30 + 1
    return Wanted(np.arange(n)[:, None] % 4, np.array([4]), words, 2 * words + 5)


@pytest.mark.parametrize("guidance", [0.0, 0.3])
def test_no_text_is_longer_than_it_may_be(weights: dict[str, np.ndarray], guidance: float) -> None:
    """Each row has a text, in its place, without an end inside, and not longer than allowed."""
    asked = wanted(700)
    drawn = draw(weights, np.ones(40, bool), asked, How(guidance=guidance), np.random.Generator(np.random.Philox(2)))

    assert 700 == len(drawn)
    assert all(len(t) <= most and END not in t for t, most in zip(drawn, asked.most.tolist(), strict=True))


def test_the_same_luck_draws_the_same(weights: dict[str, np.ndarray]) -> None:
    """The same generator gives the same tokens."""
    one, other = (
        draw(weights, np.ones(40, bool), wanted(50), How(), np.random.Generator(np.random.Philox(3))) for _ in range(2)
    )

    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_last_try_takes_the_most_likely() -> None:
    """Where all tries fall outside the nucleus, the most likely token is taken."""
    logits = np.log(np.array([[0.6, 0.4]], np.float32))

    assert 0 == pick(logits, 1.0, 0.5, np.full((1, TRIES), 0.999))[0]
