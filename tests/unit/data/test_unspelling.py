"""The law of reading back: what `spell` writes of a column, `unspell` reads as the same cells."""

from datetime import date, datetime, time, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata, TextForm
from lookalike.data.spelling import spell, unspell
from lookalike.errors import MetadataError

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
CELLS: list[tuple[pl.DataType, st.SearchStrategy[object]]] = [
    (pl.Boolean(), st.booleans()),
    (pl.Int8(), st.integers(-128, 127)),
    (pl.UInt64(), st.integers(0, 2**64 - 1)),
    (pl.Float64(), st.floats(allow_nan=False)),
    (pl.Float32(), st.floats(allow_nan=False, width=32)),
    (pl.Decimal(12, 2), st.decimals(-(10**9), 10**9, places=2)),
    (pl.Date(), st.dates(date(1900, 1, 1), date(2100, 1, 1))),
    (pl.Time(), st.times()),
    (pl.Datetime("us"), MOMENTS),
    (pl.Datetime("us", "UTC"), MOMENTS),
    (pl.Datetime("us", "Europe/Berlin"), MOMENTS),
    (pl.Duration("us"), st.timedeltas(timedelta(days=-1000), timedelta(days=1000))),
    (pl.String(), st.text()),
]


def written(cells: pl.Series, column: Column) -> pl.Series:
    return cells.to_frame().select(spell(column).alias(column.name))[column.name]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), which=st.sampled_from(CELLS))
def test_unspell_reverses_spell(data: st.DataObject, which: tuple[pl.DataType, st.SearchStrategy[object]]) -> None:
    """Cells of every dtype of a flat table come back from their text, missing ones as missing."""
    dtype, strategy = which
    values = data.draw(st.lists(strategy | st.none(), max_size=10))
    cells = (
        pl.Series("c", values, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC").cast(dtype)
        if isinstance(dtype, pl.Datetime) and dtype.time_zone
        else pl.Series("c", values, dtype=dtype)
    )
    column = infer(pl.DataFrame([cells.extend_constant(None, 20)]), textual=False)[1].columns[0]

    assert cells.to_list() == unspell(written(cells, column), column).to_list()


DAY = Column("day", ColumnType.DATE, pl.Date(), TextForm(null="NA", pattern="%d/%m/%Y"))
COUNT = Column("count", ColumnType.INTEGER, pl.Int64())


def test_known_pattern_decides() -> None:
    """Five cells that leave day and month open are read by the pattern of the known column."""
    cells = pl.Series("day", ["01/02/2020", "NA", None, "", "03/04/2020"])

    assert [date(2020, 2, 1), None, None, None, date(2020, 4, 3)] == unspell(cells, DAY).to_list()


def test_another_plain_pattern_is_read() -> None:
    """Dates that follow another pattern throughout, with no choice of day and month, are read by that."""
    cells = pl.Series("day", ["2020-02-01", "2020-04-03"])

    assert [date(2020, 2, 1), date(2020, 4, 3)] == unspell(cells, DAY).to_list()


def test_decimals_of_whole_numbers_stay() -> None:
    """A whole-number column that has decimals in the other table is read as decimals."""

    assert [1.0, 2.5] == unspell(pl.Series("count", ["1", "2.5"]), COUNT).to_list()


def test_stamps_without_zone_take_the_columns() -> None:
    """Moments written without an offset stand for the same wall time in UTC, converted to the column's zone."""
    column = Column("at", ColumnType.DATETIME, pl.Datetime("us", "UTC"), TextForm(pattern="%Y-%m-%d %H:%M:%SZ"))
    read = unspell(pl.Series("at", ["2020-02-01 10:20:30Z"]), column)

    assert pl.Datetime("us", "UTC") == read.dtype
    assert [time(10, 20, 30)] == read.dt.time().to_list()


@pytest.mark.parametrize(("column", "cell"), [(DAY, "secret"), (COUNT, "secret"), (DAY, "10:20")])
def test_misfit_names_column_and_row(column: Column, cell: str) -> None:
    """A cell of another type is refused by column, row and count, and not shown."""
    good = "01/02/2020" if column is DAY else "7"
    with pytest.raises(MetadataError) as caught:
        unspell(pl.Series(column.name, [good, cell, cell]), column)

    assert f"Column '{column.name}' has 2 cells that are no {column.type}, the first in row 2." == caught.value.message
    assert cell not in str(caught.value)


def test_text_stays_as_it_is() -> None:
    """Text is not touched, whatever it looks like."""
    metadata = Metadata((Column("c", ColumnType.CATEGORICAL, pl.String()),))

    assert ["NA", "", "1"] == unspell(pl.Series("c", ["NA", "", "1"]), metadata["c"]).to_list()
