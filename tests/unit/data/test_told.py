"""Columns of which something was told are that, or the error says which cells are not."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, get_args

import polars as pl
import pytest

from lookalike.data.columns import ColumnParameters, TypeName
from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata, Told, level_series
from lookalike.data.parameters import parse
from lookalike.errors import ConstraintBroken, InputInvalid, InputRefused, ValidationError


def told(cells: list[Any] | pl.Series, *, textual: bool = False, **rule: Any) -> tuple[pl.Series, Column]:
    """A column as what was told of it."""
    columns = parse("tabular", {"columns": {"c": rule}}).columns
    frame, metadata = infer(pl.DataFrame({"c": cells}), textual=textual, columns=columns)
    return frame["c"], metadata["c"]


def test_every_type_that_may_be_told_is_one() -> None:
    """What callers may name are column types, and nested."""

    assert {"nested"} == set(get_args(TypeName)) - {kind.value for kind in ColumnType}


TEXTS: list[tuple[str, list[str], Any]] = [
    ("integer", ["007", "12"], 7),
    ("integer", ["18446744073709551615", "1"], 2**64 - 1),
    ("decimal", ["1", "2"], 1.0),
    ("boolean", ["yes", "no"], True),
    ("boolean", ["0", "1"], False),
    ("date", ["2020-01-31", "NA"], date(2020, 1, 31)),
    ("datetime", ["2020-01-31T10:00", ""], datetime(2020, 1, 31, 10)),
    ("time", ["10:05", "11:00"], time(10, 5)),
    ("duration", ["PT5S", "P1D"], timedelta(seconds=5)),
    ("categorical", ["1", "2"], 1),
    ("categorical", ["007", "008"], "007"),
    ("id", ["1", "2"], 1),
    ("id", ["1.50", "2.50"], "1.50"),
    ("email", ["a@b.de", "c@d.de"], "a@b.de"),
    ("phone", ["030123", "030124"], "030123"),
    ("latitude", ["1.5", "-90"], 1.5),
]


@pytest.mark.parametrize(("kind", "cells", "first"), TEXTS)
def test_text_is_read_as_what_was_told(kind: str, cells: list[str], first: Any) -> None:
    """Text cells of a text format become what was told, and numbers told to be names stay numbers."""
    values, column = told(cells * 10, textual=True, type=kind)

    assert (kind, first, values.dtype) == (column.type, values[0], column.dtype)


@pytest.mark.parametrize("cell", ["P106752D", "P999999D", "PT99999999999999999999H", "-P106752D"])
def test_durations_without_room_are_refused(cell: str) -> None:
    """A duration of more than 292 years is told, not wrapped around; a day less is read."""
    frame = pl.DataFrame({"c": [cell, *["P106750D"] * 30]})
    columns = {"c": ColumnParameters.model_validate({"type": "duration"})}
    with pytest.raises(InputInvalid, match="1 cells that are no duration"):
        infer(frame, textual=True, columns=columns)

    assert [timedelta(days=106_750)] == infer(frame[1:], textual=True, columns=columns)[0]["c"].unique().to_list()


@pytest.mark.parametrize("kind", ["integer", "decimal", "boolean", "date", "datetime", "time", "duration", "latitude"])
def test_cells_that_are_not_what_was_told_are_counted(kind: str) -> None:
    """The error names column, count and first line, and no cell."""
    good = {"boolean": "true", "date": "2020-01-{}", "datetime": "2020-01-{}T10:00", "time": "10:{}", "duration": "P1D"}
    cells = [good.get(kind, "1").format(11 + k % 9) for k in range(25)] + ["SECRET", "SECRET-2"]
    with pytest.raises(InputInvalid, match=r"'c' has 2 cells that are no .*line 27") as caught:
        told(cells, textual=True, type=kind)

    assert "SECRET" not in str(caught.value)


def test_dates_are_read_by_the_told_pattern() -> None:
    """A pattern settles which is the day and which the month, and is how new cells are written."""
    cells, column = told(["01/02/2020", "03/04/2020"] * 10, textual=True, type="date", format="%d/%m/%Y")

    assert (date(2020, 2, 1), "%d/%m/%Y") == (cells[0], column.text.pattern)
    with pytest.raises(InputInvalid, match="no one pattern of a date"):
        told(["01/02/2020", "03/04/2020"] * 10, textual=True, type="date")
    with pytest.raises(InputInvalid, match="'c'"):
        told(["01/02/2020"] * 20, textual=True, type="date", format="%Q%!")


TYPED: list[tuple[str, pl.Series]] = [
    ("categorical", pl.Series([1, 2] * 10, dtype=pl.Int8)),
    ("ordered", pl.Series([1, 2] * 10, dtype=pl.UInt16)),
    ("ordered", pl.Series([date(2020, 1, 1), None] * 10)),
    ("boolean", pl.Series([0, 1] * 10)),
    ("integer", pl.Series([1.0, 2.0, None] * 10)),
    ("decimal", pl.Series([1, 2] * 10)),
    ("id", pl.Series([1, 2] * 10)),
    ("card", pl.Series([1, 2] * 10)),
    ("longitude", pl.Series([1.5, -180] * 10, dtype=pl.Float32)),
    ("datetime", pl.Series([datetime(2020, 1, 1)] * 20, dtype=pl.Datetime("ms", "UTC"))),
]


@pytest.mark.parametrize(("kind", "cells"), TYPED)
def test_dtypes_stay(kind: str, cells: pl.Series) -> None:
    """A typed column keeps its dtype and cells, whatever it is told to be."""
    values, column = told(cells, type=kind)

    assert values.equals(cells.alias("c"), null_equal=True)
    assert (kind, cells.dtype) == (column.type, column.dtype)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("date", pl.Series(range(20))),
        ("integer", pl.Series([date(2020, 1, 1)] * 20)),
        ("integer", pl.Series([1.5] * 20)),
        ("boolean", pl.Series([2] * 20)),
        ("email", pl.Series([1.5] * 20)),
        ("id", pl.Series([1.5] * 20)),
        ("latitude", pl.Series([90.5] * 20)),
        ("time", pl.Series([True] * 20)),
        ("name", pl.Series(["a", "b"] * 10, dtype=pl.Enum(["a", "b"]))),
    ],
)
def test_what_cannot_be_is_refused(kind: str, cells: pl.Series) -> None:
    """A dtype that cannot hold what was told is an error that names the column."""
    with pytest.raises(InputInvalid, match="'c'"):
        told(cells, type=kind)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        (pl.Series([1.5, float("nan"), None, 3.0] * 5), 1.5, 3),
        (pl.Series([1, 5] * 10, dtype=pl.UInt64), 1, 5),
        (pl.Series([Decimal("1.25"), Decimal("3.5")] * 10), 1.25, 3.5),
        (pl.Series([date(2020, 1, 1), date(2021, 1, 1)] * 10), "2020-01-01", "2021-01-01"),
        (pl.Series([timedelta(1), None] * 10), "P1D", "P2D"),
        (pl.Series([time(9), time(10)] * 10), "09:00:00", "10:00:00"),
        (pl.Series([datetime(2020, 1, 1)] * 20, dtype=pl.Datetime("us", "Europe/Paris")), "2020-01-01T00:00:00Z",
         "2020-01-02T00:00:00Z"),
    ],
)  # fmt: skip
def test_bounds_are_kept_by_the_input(cells: pl.Series, low: Any, high: Any) -> None:
    """Bounds may be met; missing cells and NaN are exempt; tighter ones are broken by so many cells."""
    told(cells, min=low, max=high)

    inner = low if not isinstance(low, str) else {"P1D": "P1DT1S", "09:00:00": "09:00:01"}.get(low)
    if isinstance(inner, (int, float)):
        with pytest.raises(ConstraintBroken, match=r"'c' has .* cells below its min and 0 above"):
            told(cells, min=inner + 0.25)


def test_bounds_of_another_kind_are_told() -> None:
    """Text for a number, a number for a date, any bound of a text are errors, not comparisons."""
    for cells, low in ([1] * 20, "1"), ([date(2020, 1, 1)] * 20, 1), (["a"] * 20, 1), ([date(2020, 1, 1)] * 20, "x"):
        with pytest.raises(InputInvalid, match="min of column 'c'"):
            told(pl.Series(cells), min=low)


def test_levels_are_the_only_ones() -> None:
    """A cell outside the told levels is an error with the count; missing cells are exempt."""
    told(["lo", "hi", None] * 10, type="categorical", levels=["lo", "hi", "never"])
    with pytest.raises(InputInvalid, match="'c' has 10 cells that are outside its levels"):
        told(["lo", "hi", "SECRET"] * 10, type="categorical", levels=["lo", "hi"])
    with pytest.raises(InputInvalid, match="levels of column 'c'"):
        told([1, 2] * 10, type="ordered", levels=["one", "two"])


@pytest.mark.parametrize(
    ("cells", "levels", "wanted"),
    [
        (pl.Series(["lo", "hi"] * 10), ["lo", "mid", "hi"], ["lo", "mid", "hi"]),
        (pl.Series(["lo", "hi"] * 10, dtype=pl.Enum(["hi", "mid", "lo"])), None, ["hi", "mid", "lo"]),
        (pl.Series([3, 1, None] * 10, dtype=pl.Int8), None, [1, 3]),
        (pl.Series([3, 1] * 10, dtype=pl.UInt8), [3, 2, 1], [3, 2, 1]),
        (pl.Series([date(2020, 1, 2), date(2020, 1, 1)] * 10), None, [date(2020, 1, 1), date(2020, 1, 2)]),
        (pl.Series([Decimal("2.50"), Decimal("1.25")] * 10), None, [Decimal("1.25"), Decimal("2.50")]),
        (pl.Series([True, False] * 10), [True, False], [True, False]),
    ],
)
def test_order_is_told_or_the_cells_own(cells: pl.Series, levels: Any, wanted: list[Any]) -> None:
    """Ordered columns have the told levels in that order, else their dtype's, through JSON and back."""
    rule = {"type": "ordered"} | ({} if levels is None else {"levels": levels})
    column = Metadata.from_json(Metadata((told(cells, **rule)[1],)).to_json())["c"]

    assert wanted == level_series(column.told.levels or (), column.dtype).to_list()
    assert cells.dtype == level_series(column.told.levels or (), column.dtype).dtype


def test_texts_without_an_order_are_refused() -> None:
    """Text told to be ordered needs its levels."""
    with pytest.raises(InputInvalid, match="'c' is told to be ordered"):
        told(["a", "b"] * 10, type="ordered")


def test_a_told_format_is_held_against_the_cells() -> None:
    """Cells that do not follow the format of an ID are counted."""
    _, column = told([f"A-{i:03d}" for i in range(30)], type="id", format=r"\A-000")

    assert Told(format=r"\A-000") == column.told
    with pytest.raises(InputInvalid, match="30 cells that do not have its format"):
        told([f"B-{i:03d}" for i in range(30)], type="id", format=r"\A-000")


@pytest.mark.parametrize(
    "rule",
    [{"typ": 1}, {"type": "foo"}, {"type": "id", "levels": ["a"]}, {"type": "ordered", "levels": []}, {"format": "%Y"},
     {"type": "ordered", "levels": ["a", "a"]}, {"min": float("nan")}, 3, {"type": "id", "format": "---"},
     {"type": "email", "min": 3}, {"type": "id", "format": "0\\"}],
)  # fmt: skip
def test_rules_that_mean_nothing_are_refused(rule: Any) -> None:
    """An unknown key, type or combination is an error of the parameters that names the key."""
    with pytest.raises(ValidationError, match=r"parameters.columns.c"):
        parse("tabular", {"columns": {"c": rule}})


def test_unknown_columns_are_told() -> None:
    """Telling of a column, or excluding one, that is not there is an error that names it."""
    frame = pl.DataFrame({"a": [1, 2] * 10})
    with pytest.raises(InputInvalid, match="no column 'b', of which"):
        infer(frame, textual=False, columns={"b": ColumnParameters()})
    with pytest.raises(InputInvalid, match="no column 'b' to exclude"):
        infer(frame, textual=False, exclude=["b"])
    with pytest.raises(InputRefused, match="All columns"):
        infer(frame, textual=False, exclude=["a"])


def test_columns_without_cells_may_be_told_anything() -> None:
    """A column of missing cells is empty, whatever was told."""

    assert ColumnType.EMPTY == told(pl.Series([None] * 20, dtype=pl.String), textual=True, type="date")[1].type


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.UInt64, pl.Float32])
def test_bounds_may_lie_beyond_the_dtype(dtype: type[pl.DataType]) -> None:
    """A bound that the dtype cannot hold is a bound like another."""
    cells = pl.Series([1, 2] * 10, dtype=dtype)

    assert cells.dtype == told(cells, min=-(10**30), max=10**30)[1].dtype
    with pytest.raises(ConstraintBroken, match="20 cells below"):
        told(cells, min=10**30)
    with pytest.raises(ConstraintBroken, match="20 above"):
        told(cells, max=-1000)
