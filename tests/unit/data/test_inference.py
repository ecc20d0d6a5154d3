"""Inference: which text is which type, which token is a missing cell, what is refused and where."""

import io
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from lookalike.data.columns import ColumnParameters
from lookalike.data.inference import infer, line_of
from lookalike.data.metadata import Column, ColumnType
from lookalike.data.spelling import as_stored, fits
from lookalike.errors import InputInvalid, InputRefused
from lookalike.formats import ReadOptions, read

DATA = os.environ.get("LOOKALIKE_DATA")


def column(*cells: str | None) -> tuple[pl.Series, Column]:
    """A column of at least 20 of these cells, inferred as text."""
    repeated = list(cells) * (20 // len(cells) + 1)
    frame, metadata = infer(pl.DataFrame({"c": repeated}, schema={"c": pl.String}), textual=True)
    return frame["c"], metadata["c"]


def among(numbers: int, *others: str | None) -> Column:
    """A column of so many different numbers, and others at the end."""
    cells = [str(i) for i in range(numbers)] + list(others)
    return infer(pl.DataFrame({"c": cells}, schema={"c": pl.String}), textual=True)[1]["c"]


TYPES = {
    ColumnType.INTEGER: [["1", "-2", "0"], ["9223372036854775807"], ["18446744073709551615"], ["0", "1"], ["1", None]],
    ColumnType.DECIMAL: [["1.5", "2.25"], ["1", "2.5"], ["1.0"], ["1.5", "1e-05"], ["1.5", "-inf"],
                         ["0.12345678901234567"]],
    ColumnType.BOOLEAN: [["true", "false"], ["TRUE"], ["True", "False", None], ["true", ""]],
    ColumnType.CATEGORICAL: [
        ["007", "12"], ["+5"], [" 5"], ["1e5", "100000"], ["1,5"], ["yes", "no"], ["true", "False"],
        ["12345678901234567890123"], ["NA"], ["1.1", "1.10"], ["0x10"], ["", "x"], ["1_000"], ["١"],
        ["01/02/2020", "03/04/2020"], ["0000-00-00"], ["99999-01-01"], ["2020-02-30"], ["0000-01-01"], ["25:00"],
        ["2020-01-01T00:00:00+01:00", "2020-07-01T00:00:00+02:00"], ["PT90M"], ["P1D", "P1X"], ["P"],
    ],
    ColumnType.DATE: [
        ["2020-01-31"], ["2020/01/31"], ["31.01.2020"], ["13/01/2020", "01/02/2020"], ["01/13/2020"], ["1/31/2020"],
        ["20200131", "19991231"], ["31 Jan 2020"], ["Jan 31, 2020"], ["31-Jan-20"], ["01/01/2020"],
        ["2020-01-31", "NA"],
    ],
    ColumnType.DATETIME: [
        ["2020-01-31T10:00:00"], ["2020-01-31 10:00"], ["2020-01-31T10:00:00.123456"], ["2020-01-31T10:00:00Z"],
        ["2020-01-31 10:00:00+02:00"], ["01/31/2020 01:05:06 PM"], ["1/31/2020 9:05"],
        ["2020-01-31T10:00:00.123456789"],
    ],
    ColumnType.TIME: [["10:00:00"], ["10:00", "23:59"], ["9:05", "10:00"], ["10:00:00.123"]],
    ColumnType.DURATION: [["PT5S", "P1D"], ["PT1H30M", "-PT1M", "NA"], ["PT0.000000001S"]],
    ColumnType.EMPTY: [[None]],
}  # fmt: skip


@pytest.mark.parametrize(("type_", "cells"), [(t, cells) for t, all_ in TYPES.items() for cells in all_])
def test_text_becomes_the_type_that_writes_it(type_: ColumnType, cells: list[str | None]) -> None:
    """A column has a type only if that type writes its cells as they were."""

    assert type_ == column(*cells)[1].type


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-12", -12), ("1.50", 1.5), ("true", True), ("2020-01-31", date(2020, 1, 31)), ("10:05", time(10, 5)),
        ("1/31/2020 9:05", datetime(2020, 1, 31, 9, 5)), ("PT1H30M", timedelta(minutes=90)),
        ("2020-01-31T10:00:00Z", datetime(2020, 1, 31, 10, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_values_are_what_the_text_says(cell: str, value: object) -> None:
    """Cells are parsed to the value they name."""

    assert value == column(cell)[0][0]


def test_decimals_are_remembered_if_all_agree() -> None:
    """`decimals` is the one number of digits after the point, else none."""

    assert 2 == column("1.50", "2.25")[1].text.decimals
    assert column("1.5", "2.25")[1].text.decimals is None


@pytest.mark.parametrize("token", ["NA", "NaN", "null", "-", "None"])
def test_known_tokens_are_missing_among_numbers(token: str) -> None:
    """A usual token of missing cells is one if all other cells are numbers, and is remembered."""
    cells, found = column("1", token, "3")

    assert (ColumnType.INTEGER, token, True) == (found.type, found.text.null, cells[1] is None)


def test_known_tokens_are_text_among_text() -> None:
    """The same token among text is a level: NA is also Namibia."""
    cells, found = column("NA", "DE")

    assert (ColumnType.CATEGORICAL, "", 0) == (found.type, found.text.null, cells.null_count())


def test_more_frequent_of_two_tokens_is_written() -> None:
    """Where cells are missing in two ways, the more frequent way is remembered."""

    assert "NA" == column("1", "NA", "NA", None)[1].text.null
    assert "" == column("1", "NA", None, None)[1].text.null


def test_one_repeated_word_among_numbers_is_its_missing_token() -> None:
    """One word that stands at least twice among 95 % numbers, no cell being empty, means missing."""
    found = among(100, "refused", "refused")

    assert (ColumnType.ID, pl.Int64, "refused") == (found.type, found.dtype, found.text.null)


@pytest.mark.parametrize("others", [["refused"], ["refused", "refused", None], ["a", "b", "a"]])
def test_words_among_numbers_are_mistakes(others: list[str | None]) -> None:
    """Other words among 95 % numbers are told with counts and the line of the first."""
    n_words = sum(other is not None for other in others)
    with pytest.raises(InputInvalid, match=f"'c' has 100 numbers and {n_words} other cells, the first in line 102"):
        among(100, *others)


def test_numbers_among_words_are_text() -> None:
    """With under 95 % numbers, or at most 20 different ones, a column is just text."""

    assert pl.String == among(100, *"abcdefg").dtype
    assert pl.String == among(20, "a").dtype


def test_impossible_dates_among_dates_are_told() -> None:
    """Dates that do not exist among 95 % that do are told, not dropped."""
    days = [str(date(2020, 1 + i // 25, 1 + i % 25)) for i in range(100)]
    with pytest.raises(InputInvalid, match="'c' has 100 dates and 2 other cells, the first in line 2"):
        infer(pl.DataFrame({"c": ["0000-00-00", *days, "99999-01-01"]}), textual=True)


def test_a_few_other_dates_do_not_hide_the_pattern() -> None:
    """Which date stands first does not decide: the pattern is that of most cells."""
    days = [str(date(2020, 1 + i // 25, 1 + i % 25)) for i in range(100)]
    with pytest.raises(InputInvalid, match="'c' has 100 dates and 1 other cells, the first in line 2"):
        infer(pl.DataFrame({"c": ["31/01/2020", *days]}), textual=True)


def test_lines_count_newlines_in_cells() -> None:
    """A row's line is counted past the newlines in cells before it and in the header."""
    data = b'"a\nb",c\n"x\n\ny",1\nz,2\n'
    frame = read("csv", io.BytesIO(data), ReadOptions())

    assert [3, 6] == [line_of(frame, row) for row in range(2)]


def test_excluded_columns_are_left_out_but_count_as_lines() -> None:
    """An excluded column is not looked at, yet the newlines in its cells are lines of the file."""
    frame = pl.DataFrame({"x": ["a\nb"] * 101, "c": [*map(str, range(100)), "word"]})
    with pytest.raises(InputInvalid, match="line 202"):
        infer(frame, textual=True, exclude=["x"])

    assert ("x",) == infer(frame, textual=True, exclude=["c"])[1].names


@pytest.mark.parametrize(
    ("type_", "cells"),
    [
        (ColumnType.DATE, ["31/01/2020", "01/02/2020"]),
        (ColumnType.DATETIME, ["2020-01-31T09:00:00Z", "2020-02-01T10:00:00Z"]),
        (ColumnType.TIME, ["09:05", "23:59"]),
        (ColumnType.DURATION, ["PT9M", "P1DT5S"]),
    ],
)
def test_text_dates_of_typed_tables_are_dates(type_: ColumnType, cells: list[str]) -> None:
    """Outside text formats, too, text that is dates or times in every cell is those, and is written as it was."""
    frame = pl.DataFrame({"c": [*cells * 10, None]})
    typed, metadata = infer(frame, textual=False)

    assert (type_, True, True) == (metadata["c"].type, metadata["c"].as_text, typed["c"].dtype.is_temporal())
    assert frame.equals(as_stored(typed, metadata))


@pytest.mark.parametrize("other", ["soon", "NA", "2020-02-30", ""])
def test_one_other_cell_leaves_text_text(other: str) -> None:
    """Typed tables have their own missing cells, so a date column with a word in it is text."""
    frame = pl.DataFrame({"c": [*[f"2020-01-{n:02}" for n in range(1, 31)], other]})
    typed, metadata = infer(frame, textual=False)

    assert (pl.String, False) == (typed.schema["c"], metadata["c"].as_text)


def test_what_is_told_of_text_comes_back_as_text() -> None:
    """Text of a typed table that is told to be numbers, moments or booleans is spelled as it was, gaps included."""
    frame = pl.DataFrame(
        {"n": ["1.50", "NA", *["2.25"] * 20], "b": ["no", "yes", *["no"] * 20], "d": ["2.1.2020", *[None] * 21]}
    )
    told = {"n": {"type": "decimal"}, "b": {"type": "boolean"}, "d": {"type": "date", "format": "%-d.%-m.%Y"}}
    columns = {name: ColumnParameters.model_validate(rule) for name, rule in told.items()}
    typed, metadata = infer(frame, textual=False, columns=columns)

    assert [pl.Float64, pl.Boolean, pl.Date] == typed.dtypes
    assert frame.equals(as_stored(typed, metadata))


@pytest.mark.parametrize(("cells", "null"), [(["NA", "NA", None], "NA"), (["NA", None, None], "")])
def test_the_commoner_way_of_missing_is_kept(cells: list[str | None], null: str) -> None:
    """Of a told column, too, whatever its name: a token that is rarer than plain gaps is not written into them."""
    frame = pl.DataFrame({"count": [*cells, *["1.5"] * 30]})
    columns = {"count": ColumnParameters.model_validate({"type": "decimal"})}

    assert null == infer(frame, textual=False, columns=columns)[1]["count"].text.null


def test_dtypes_decide_in_typed_tables() -> None:
    """Outside text formats numbers in text stay text, and dtypes stay as they are."""
    frame = pl.DataFrame(
        {"s": ["1"] * 20, "i": [1] * 20, "f": [float("nan"), float("inf")] * 10, "e": [None] * 20, "o": [None] * 20},
        schema={"s": pl.String, "i": pl.UInt8, "f": pl.Float32, "e": pl.Null, "o": pl.Float64},
    )
    typed, metadata = infer(frame, textual=False)

    assert ["categorical", "integer", "decimal", "empty", "empty"] == [c.type for c in metadata.columns]
    assert frame.schema == typed.schema


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pl.DataFrame(), "no columns"),
        (pl.DataFrame(schema={"a": pl.Int64}), "no rows"),
        (pl.DataFrame({"a": range(19)}), "19 rows; 20"),
        (pl.DataFrame({"a": [[1]] * 20}), "'a' is of dtype List"),
        (pl.DataFrame({"a": [b"x"] * 20}), "'a' is of dtype Binary"),
        (pl.DataFrame({"a": [{"x": 1}] * 20}), "'a' is of dtype Struct"),
        (pl.DataFrame({"a": pl.Series([1] * 20, dtype=pl.Int128)}), "'a' is of dtype Int128"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(frame: pl.DataFrame, says: str) -> None:
    """No columns, too few rows, nested or unknown dtypes are refused by name."""
    with pytest.raises(InputRefused, match=says):
        infer(frame, textual=False)


def test_order_of_rows_does_not_decide() -> None:
    """Types are found over all cells: the last cell counts as much as the first."""
    cells = [str(i) for i in range(5000)]

    assert pl.Int64 == among(5000).dtype
    with pytest.raises(InputInvalid, match="line 5002"):
        infer(pl.DataFrame({"c": [*cells, "x"]}), textual=True)


REAL = {
    "text/banking77.csv": "text categorical",
    "text/fine_foods.csv": "id text categorical",
    "text/sms_spam.csv": "categorical text",
    "time_series/etth1.csv": "datetime" + " decimal" * 7,
    "time_series/google_stock.csv": "decimal decimal decimal decimal decimal integer",
    "time_series/storms.csv": "categorical categorical datetime latitude longitude categorical "
    "decimal integer integer decimal decimal",
}


@pytest.mark.skipif(DATA is None, reason="needs LOOKALIKE_DATA")
@pytest.mark.parametrize("name", REAL)
def test_real_files_get_sensible_types(name: str) -> None:
    """Real CSV files are read, and their columns get the types a person would give them."""
    with (Path(DATA or "") / name).open("rb") as stream:
        frame = read("csv", stream, ReadOptions())

    assert REAL[name].split() == [c.type for c in infer(frame, textual=True)[1].columns]


@pytest.mark.parametrize("cells", [cells for of_type in TYPES.values() for cells in of_type])
def test_cells_fit_what_they_were_read_as(cells: list[str | None]) -> None:
    """All cells that made a column what it is are told to fit it; one that is no such thing is not."""
    _, found = column(*cells)
    texts = pl.Series("c", cells, dtype=pl.String)

    assert fits(texts, found).all()
    assert (found.type is ColumnType.CATEGORICAL) == fits(pl.Series("c", ["no such thing"]), found).all()
