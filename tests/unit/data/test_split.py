"""Train and holdout: all rows once, in order, the same each time."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.split import HOLDOUT_MIN_ROWS, note, split


@given(n_rows=st.integers(20, 2000), share=st.floats(0, 0.5), seed=st.integers(0, 2**63 - 1))
def test_split_is_a_partition_in_order(n_rows: int, share: float, seed: int) -> None:
    """Each row is in train or in holdout, both keep the order, and the holdout has its share or nothing."""
    frame = pl.DataFrame({"row": range(n_rows)})
    train, holdout = split(frame, share, seed)
    wanted = round(n_rows * share)

    assert list(range(n_rows)) == sorted(train["row"].to_list() + holdout["row"].to_list())
    assert train["row"].is_sorted()
    assert holdout["row"].is_sorted()
    assert (wanted if wanted >= HOLDOUT_MIN_ROWS else 0) == holdout.height


def test_same_seed_same_rows() -> None:
    """The same seed gives the same rows, another seed other rows."""
    frame = pl.DataFrame({"row": range(1000)})
    first, second, other = (split(frame, 0.1, seed)[1] for seed in (7, 7, 8))

    assert first.equals(second)
    assert not first.equals(other)


def test_a_missing_holdout_is_noted() -> None:
    """A table too small for its holdout has a note; one without a wish for a holdout has none."""

    assert "20" in (note(100, 0.1) or "")
    assert note(1000, 0.1) is None
    assert note(100, 0.0) is None
