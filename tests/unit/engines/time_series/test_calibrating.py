"""Which of the ends that are drawn count."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.calibrating import LEAST, endings
from lookalike.engines.time_series.layout import Lengths

ALWAYS = np.ones(1)


def lengths(seen: list[int]) -> Lengths:
    return Lengths(np.sort(np.array(seen)), float(np.mean(seen)))


def test_what_is_as_train_stays() -> None:
    """Where drawn sequences are as long as train's, every end counts."""
    seen = [3, 4, 5, 5, 6, 7, 8, 9, 9, 10]

    np.testing.assert_allclose(np.ones(10), endings(ALWAYS, lengths(seen), np.array(seen)))


def test_too_many_ends_count_less() -> None:
    """Where drawn sequences are shorter than train's, ends count with a chance below one."""
    rng = np.random.default_rng(1)
    real, drawn = rng.geometric(0.05, 2_000), rng.geometric(0.1, 2_000)
    found = endings(ALWAYS, lengths(real.tolist()), drawn)

    assert found[:20].max() < 0.7
    np.testing.assert_allclose(0.5, found[:20].mean(), atol=0.15)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=60),
    st.lists(st.integers(1, 60), min_size=1, max_size=60),
)
def test_chances_are_chances(real: list[int], drawn: list[int]) -> None:
    """Whatever the lengths, there is a chance for each row, none below the least and none above one."""
    found = endings(ALWAYS, lengths(real), np.array(drawn))

    assert max(real) == len(found)
    assert ((found >= LEAST) & (found <= 1)).all()
