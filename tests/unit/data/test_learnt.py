"""Rows that are learnt from where there are more than it takes."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.learnt import FIT_ROWS, learnt_from


@given(n_rows=st.integers(1, 200), fit_rows=st.integers(1, 200), seed=st.integers(0, 2**63 - 1))
def test_so_many_rows_each_once_in_order(n_rows: int, fit_rows: int, seed: int) -> None:
    """So many different rows come in the table's order, or all of a table that has no more; the same each time."""
    table = pl.DataFrame({"row": range(n_rows)})
    rows = learnt_from(table, fit_rows, seed)

    assert min(n_rows, fit_rows) == rows.height == rows["row"].n_unique()
    assert rows["row"].is_sorted()
    assert rows.equals(learnt_from(table, fit_rows, seed))


def test_no_more_than_a_million_are_learnt_from_unasked() -> None:
    """Of a larger table a million rows are learnt from if nothing is said, all if that is asked for."""
    table = pl.DataFrame({"row": pl.int_range(FIT_ROWS + 10, eager=True)})

    assert 1_000_000 == learnt_from(table, None, seed=1).height
    assert table.height == learnt_from(table, FIT_ROWS + 10, seed=1).height
