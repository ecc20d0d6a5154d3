"""Distinct values counted, against plain Python."""

from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.transforms.categorical import count

CELLS = st.one_of(
    st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "", "long text beyond twelve letters"]))),
    st.lists(st.one_of(st.none(), st.integers(-3, 3))),
    st.lists(st.text(max_size=3), unique=True),
)


@given(CELLS)
def test_counts_are_those_of_the_plain_way(cells: list[str | int | None]) -> None:
    """Values come by falling frequency, then by first row, each with its rows; missing cells have the last number."""
    shown = [cell for cell in cells if cell is not None]
    counts = Counter(shown)
    values = sorted(counts, key=lambda cell: (-counts[cell], shown.index(cell)))
    dtype = pl.Int64 if any(isinstance(cell, int) for cell in shown) else pl.String
    counted = count(pl.Series(cells, dtype=dtype))

    assert values == counted.values.to_list()
    assert [counts[value] for value in values] == counted.n_rows.tolist()
    assert [len(values) if c is None else values.index(c) for c in cells] == counted.numbers.tolist()
    assert cells.count(None) == counted.n_missing
