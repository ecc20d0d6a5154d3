"""Rows learnt from: whole sequences, no more rows than that, the same ones each time."""

from typing import Any

import polars as pl

from lookalike.data.parameters import TimeSeriesParameters, checked
from lookalike.data.sequences.learnt import learnt_rows, note

TABLE = pl.DataFrame({"row": range(400), "who": [row // 10 for row in range(400)]})


def _learnt(table: pl.DataFrame, seed: int = 1, **told: Any) -> pl.DataFrame:
    return learnt_rows(table, checked(TimeSeriesParameters, told), seed)


def test_whole_sequences_up_to_fit_rows() -> None:
    """As many as fit, whole and in order; another seed takes others; two even where they have more rows."""
    rows = _learnt(TABLE, sequence_key="who", fit_rows=95)
    few = _learnt(TABLE.with_columns(who=pl.col("who") // 20), sequence_key="who", fit_rows=20)

    assert 90 == rows.height
    assert {10} == set(rows["who"].value_counts()["count"])
    assert rows["row"].is_sorted()
    assert rows.equals(_learnt(TABLE, sequence_key="who", fit_rows=95))
    assert not rows.equals(_learnt(TABLE, 2, sequence_key="who", fit_rows=95))
    assert rows.equals(_learnt(rows, sequence_key="who", fit_rows=95))
    assert 2 == few["who"].n_unique()


def test_the_last_rows_of_one_series() -> None:
    """Last by the index, in the order in which they stand; by their places where there is no index."""
    turned = TABLE.reverse()

    assert (
        list(range(399, 349, -1))
        == _learnt(turned, sequence_key=[], sequence_index="row", fit_rows=50)["row"].to_list()
    )
    assert list(range(49, -1, -1)) == _learnt(turned, sequence_key=[], sequence_index="", fit_rows=50)["row"].to_list()


def test_all_rows_where_there_are_no_more() -> None:
    """Nothing is left out, and nothing told of it; of a wide table rows are."""
    assert TABLE.equals(_learnt(TABLE, sequence_key="who", fit_rows=400))
    assert () == note(400, 400)
    assert "50 of 400 rows" in note(400, 50)[0]
    assert 50 == _learnt(TABLE, layout="wide", fit_rows=50).height
