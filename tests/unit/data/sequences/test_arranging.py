"""Arranging: rows of a sequence together and in order, with notes; what cannot be is refused with its place."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.arranging import Sequences, arrange
from lookalike.data.sequences.roles import Roles
from lookalike.errors import InputInvalid, InputRefused

ROLES = Roles(("who",), "at", (), ("x",))


def _arranged(table: pl.DataFrame, roles: Roles = ROLES, **told: Any) -> Sequences:
    typed, metadata = infer(table, textual=False)
    return arrange(typed, metadata, roles, TimeSeriesParameters(**told))


def _table(who: list[str], at: list[Any]) -> pl.DataFrame:
    return pl.DataFrame({"who": who, "at": at, "x": [float(i % 7) / 2 for i in range(len(who))]})


def test_rows_are_put_in_order() -> None:
    """Sequences stand in order of first appearance, rows by the index; what was sorted is noted."""
    who, at = ["b", "a"] * 12, [i // 2 for i in range(22)] + [-1, 11]
    found = _arranged(_table(who, at))

    assert ["b"] * 12 + ["a"] * 12 == found.table["who"].to_list()
    assert [-1, *range(11), *range(12)] == found.table["at"].to_list()
    assert [12, 12] == found.lengths.tolist()
    assert ("Rows were not in order of 'at' in 1 of 2 sequences; they were sorted.",) == found.notes


def test_rows_in_order_are_left() -> None:
    """A table that is in order comes back as it is, without a note."""
    table = _table(["a"] * 10 + ["b"] * 14, [*range(10), *range(14)])
    found = _arranged(table)

    assert found.table.equals(table)
    assert () == found.notes
    assert found.rhythm.regular


def test_without_key_and_index() -> None:
    """One series without an index is its rows in order."""
    found = _arranged(_table(["a"] * 24, [3, 1] * 12), Roles((), None, (), ("who", "at", "x")))

    assert [24] == found.lengths.tolist()
    assert [3, 1] * 12 == found.table["at"].to_list()


def test_doubled_index() -> None:
    """Rows that share key and index are counted; the first pair and the place of its sequence are named."""
    table = _table(["b"] * 10 + ["a"] * 14, [*range(10), *range(12), 4, 4])

    with pytest.raises(InputInvalid, match=r"has 2 cells .* sequence 2 of 2 in the order of the table: rows 15 and 23"):
        _arranged(table)


def test_events_at_the_same_time() -> None:
    """Among uneven times a few rows may share one: they stay in their order, and that is noted."""
    at = sorted([i * i % 1009 for i in range(200)] + [25])
    found = _arranged(_table(["a"] * 201, at), Roles((), "at", (), ("who", "x")))

    assert at == found.table["at"].to_list()
    assert any("rows have the 'at' of the row before" in note for note in found.notes)


def test_an_hour_that_comes_twice() -> None:
    """Local hours over the end of summer time are refused with the mend."""
    instants = [datetime(2025, 10, 25, 12) + timedelta(hours=h) for h in range(30)]
    zoned = pl.Series("at", instants).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    table = _table(["a"] * 30, zoned.dt.replace_time_zone(None).to_list())

    with pytest.raises(InputInvalid, match="clocks are put back: give times in UTC"):
        _arranged(table, Roles((), "at", (), ("who", "x")))


def test_what_is_no_sequences() -> None:
    """Rows of a key of their own, and too few rows, are refused."""
    with pytest.raises(InputRefused, match=r"single row.*data_type tabular"):
        _arranged(_table([f"k{i}" for i in range(24)], list(range(24))))
    with pytest.raises(InputRefused, match="5 rows; 20 are the least"):
        arrange(
            _table(["a"] * 5, list(range(5))),
            infer(_table(["a"] * 24, [1] * 24), textual=False)[1],
            ROLES,
            TimeSeriesParameters(),
        )


def test_mixed_steps_are_noted() -> None:
    """Sequences with a step of their own each are told on the finest grid, and that is noted."""
    found = _arranged(_table(["a"] * 12 + ["b"] * 12, [*range(12), *range(0, 288, 24)]))

    assert not found.rhythm.regular
    assert ("Sequences have 2 different times between rows; all are told on the finest grid.",) == found.notes


def test_one_key_of_ten_rows() -> None:
    """A short sequence among others is one of them."""
    found = _arranged(_table(["a"] * 10 + ["b"] * 30, [*range(10), *range(30)]))

    assert np.array_equal([10, 30], found.lengths)
