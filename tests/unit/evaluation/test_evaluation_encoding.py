from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType
from lookalike.errors import MetadataError
from lookalike.evaluation.encoding import canonical, encode


@pytest.mark.parametrize(
    ("kind", "cell", "seconds"),
    [
        (ColumnType.DATE, date(1970, 1, 3), 172_800.0),
        (ColumnType.DATETIME, datetime(1970, 1, 1, 1, tzinfo=UTC), 3_600.0),
        (ColumnType.TIME, time(0, 1), 60.0),
        (ColumnType.DURATION, timedelta(minutes=2), 120.0),
    ],
)
def test_times_become_seconds(kind: ColumnType, cell: object, seconds: float) -> None:
    """Dates, datetimes, times and durations are seconds, a missing one NaN."""
    series = pl.Series("when", [cell, None])
    encoded = encode(Column("when", kind, series.dtype), [series])

    np.testing.assert_array_equal([seconds, np.nan], encoded.tables[0])


def test_units_do_not_matter() -> None:
    """The same instant is the same number whether stored in milliseconds or nanoseconds."""
    series = pl.Series("when", [datetime(2020, 5, 17, 3, 4, 5)])
    tables = [series.cast(pl.Datetime(unit)) for unit in ("ms", "us", "ns")]
    encoded = encode(Column("when", ColumnType.DATETIME, tables[0].dtype), tables)

    assert 1 == len({t.item() for t in encoded.tables})


def test_infinite_and_nan_are_missing() -> None:
    """What is no finite number is missing."""
    series = pl.Series("x", [1.0, float("inf"), float("-inf"), float("nan"), None])
    encoded = encode(Column("x", ColumnType.DECIMAL, pl.Float64()), [series])

    assert 4 == np.isnan(encoded.tables[0].astype(float)).sum()


def test_levels_are_coded_over_the_union() -> None:
    """Levels get codes in sorted order over all tables; missing is -1."""
    tables = [pl.Series("c", ["b", None]), pl.Series("c", ["a", "b"]), pl.Series("c", [], dtype=pl.String)]
    encoded = encode(Column("c", ColumnType.CATEGORICAL, pl.String()), tables)

    assert ("a", "b") == encoded.levels
    assert [[1, -1], [0, 1], []] == [t.tolist() for t in encoded.tables]


def test_number_levels_are_alike_in_every_width() -> None:
    """The level 3 is the same level whether a table stores it as an integer or as a float."""
    tables = [pl.Series("c", [3, 4]), pl.Series("c", [3.0, 4.0])]
    encoded = encode(Column("c", ColumnType.CATEGORICAL, pl.Int64()), tables)

    assert ("3", "4") == encoded.levels


def test_text_for_a_number_is_refused() -> None:
    """A number stored as text is refused by name, without a cell of it."""
    with pytest.raises(MetadataError, match="Column 'x'") as refused:
        encode(Column("x", ColumnType.INTEGER, pl.Int64()), [pl.Series("x", ["secret"])])

    assert "secret" not in str(refused.value)


def test_cells_are_comparable_across_tables() -> None:
    """Numbers of any width become float64, times seconds, levels text, missing of any kind null."""
    number, day, level = (
        Column(name, kind, dtype)
        for name, kind, dtype in (
            ("n", ColumnType.INTEGER, pl.Int64()),
            ("d", ColumnType.DATE, pl.Date()),
            ("c", ColumnType.CATEGORICAL, pl.Int64()),
        )
    )
    numbers = canonical(number, [pl.Series([1, None], dtype=pl.UInt8), pl.Series([1.0, float("inf")])])
    days = canonical(
        day, [pl.Series([1], dtype=pl.Int32).cast(pl.Date()), pl.Series([86_400_000]).cast(pl.Datetime("ms"))]
    )
    levels = canonical(level, [pl.Series([3, None]), pl.Series([3.0, 4.5])])

    assert [[1.0, None], [1.0, None]] == [s.to_list() for s in numbers]
    assert [[86_400.0], [86_400.0]] == [s.to_list() for s in days]
    assert [["3", None], ["3", "4.5"]] == [s.to_list() for s in levels]
