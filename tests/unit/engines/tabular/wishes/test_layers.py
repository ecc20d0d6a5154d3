"""Which row of an output has which entry."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.wishes.layers import Layer
from lookalike.engines.tabular.wishes.quotas import largest_remainders


def layer(n: int, counts: np.ndarray | None = None) -> Layer:
    return Layer(pl.DataFrame({"a": np.arange(n)}), np.ones((n, 1), bool), counts)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 1_000), st.integers(0, 5_000))
def test_entries_get_equally_many_rows_in_order(n: int, more: int) -> None:
    """Of several entries each gets as many rows as any other, give or take one, in their order."""
    total = n + more
    entries = layer(n).entries(np.arange(total, dtype=np.uint64), total, 5)
    counts = np.bincount(entries, minlength=n)

    assert (np.diff(entries) >= 0).all()
    assert counts.max() - counts.min() <= 1
    assert counts.tolist() == layer(n).sizes(total).tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5_000), st.integers(0, 99), st.data())
def test_counted_entries_get_their_counts(shares: list[float], total: int, salt: int, data: st.DataObject) -> None:
    """Entries with counts get exactly those, mixed, and a row's entry depends on its number alone."""
    counts = largest_remainders(np.array(shares) + 0.01, total)
    counted = layer(len(counts), counts)
    rows = np.arange(total, dtype=np.uint64)
    entries = counted.entries(rows, total, salt)
    some = data.draw(st.permutations(range(min(total, 50))))

    assert counts.tolist() == np.bincount(entries, minlength=len(counts)).tolist()
    assert counts.tolist() == counted.sizes(total).tolist()
    assert entries[some].tolist() == counted.entries(rows[some], total, salt).tolist()
