"""Columns of every type come back as what they were."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType
from lookalike.errors import InputRefused, MetadataError, ModelFileError
from lookalike.transforms.choose import Fitted, fit, load

N = 40
COLUMNS: dict[str, tuple[pl.Series, ColumnType]] = {
    "int8": (pl.Series(range(N), dtype=pl.Int8), ColumnType.INTEGER),
    "uint64": (pl.Series([2**64 - 1 - i for i in range(N)], dtype=pl.UInt64), ColumnType.INTEGER),
    "int64": (pl.Series([-(2**63) + i * (2**58) for i in range(N)], dtype=pl.Int64), ColumnType.INTEGER),
    "int64 ends": (pl.Series([-(2**63), 2**63 - 1] * 20, dtype=pl.Int64), ColumnType.INTEGER),
    "float32": (pl.Series([i / 8 for i in range(N)], dtype=pl.Float32), ColumnType.DECIMAL),
    "float64": (pl.Series([i**0.5 for i in range(N - 3)] + [None, float("nan"), float("inf")]), ColumnType.DECIMAL),
    "decimal": (pl.Series([Decimal(i) / 4 for i in range(N)], dtype=pl.Decimal(12, 2)), ColumnType.DECIMAL),
    "date": (pl.Series([date(2020, 1, 1) + timedelta(days=7 * i) for i in range(N)]), ColumnType.DATE),
    "datetime": (
        pl.Series([datetime(2020, 1, 1, i % 24) for i in range(N)], dtype=pl.Datetime("ms", "Europe/Paris")),
        ColumnType.DATETIME,
    ),
    "time": (pl.Series([time(i % 24, i) for i in range(N)]), ColumnType.TIME),
    "duration": (pl.Series([timedelta(minutes=i * i) for i in range(N)], dtype=pl.Duration("us")), ColumnType.DURATION),
    "boolean": (pl.Series([True] + [False] * (N - 2) + [None]), ColumnType.BOOLEAN),
    "text": (pl.Series(["a", "b"] * 19 + ["rare", None]), ColumnType.CATEGORICAL),
    "categorical": (pl.Series(["a", "b"] * 20, dtype=pl.Categorical), ColumnType.CATEGORICAL),
    "made up categorical": (pl.Series([f"x{i}" for i in range(N)], dtype=pl.Categorical), ColumnType.CATEGORICAL),
    "enum": (pl.Series(["a", "b"] * 20, dtype=pl.Enum(["b", "a", "c"])), ColumnType.CATEGORICAL),
    "enum, none often": (pl.Series(list("abcdefgh") * 5, dtype=pl.Enum(list("hgfedcba"))), ColumnType.CATEGORICAL),
    "numbers as names": (pl.Series([3, 1, 2, None] * 10), ColumnType.CATEGORICAL),
    "numbers, no two alike, as names": (pl.Series(range(N)), ColumnType.CATEGORICAL),
    "id": (pl.Series([f"AB-{i:05d}" for i in range(N)]), ColumnType.CATEGORICAL),
    "null": (pl.Series([None] * N, dtype=pl.Null), ColumnType.EMPTY),
    "empty text": (pl.Series([None] * N, dtype=pl.String), ColumnType.EMPTY),
    "constant": (pl.Series(["x"] * N), ColumnType.CATEGORICAL),
}
NUMBERS = [name for name, (_, kind) in COLUMNS.items() if kind not in (ColumnType.CATEGORICAL, ColumnType.EMPTY)]


def fitted(series: pl.Series, kind: ColumnType, min_level_rows: int = 5) -> Fitted:
    return fit(series.alias("c"), Column("c", kind, series.dtype), min_level_rows=min_level_rows, seed=1)


def decoded(found: Fitted) -> pl.Series:
    codes = np.minimum(found.encoded.codes, found.transform.scale.n_codes - 1)
    return found.transform.decode(codes, found.encoded.scores, seed=3, rows=np.arange(len(codes), dtype=np.uint64))


def finite(series: pl.Series) -> pl.Series:
    series = series.drop_nulls()
    return series.filter(series.is_finite()) if series.dtype.is_float() else series


@pytest.mark.parametrize("name", COLUMNS)
def test_dtype_comes_back(name: str) -> None:
    """A decoded column has exactly the fitted dtype and length."""
    series, kind = COLUMNS[name]

    out = decoded(fitted(series, kind))

    assert (series.dtype, len(series)) == (out.dtype, len(out))


@pytest.mark.parametrize("name", COLUMNS)
def test_state_comes_back(name: str) -> None:
    """A transform loaded from its state decodes the same cells."""
    series, kind = COLUMNS[name]
    found = fitted(series, kind)

    again = Fitted(load(*found.transform.state()), found.encoded)

    assert decoded(found).equals(decoded(again), null_equal=True)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_keep_their_range_and_their_gaps(name: str) -> None:
    """A decoded number is missing where the cell was, and within least and greatest of the column."""
    series, kind = COLUMNS[name]

    out = decoded(fitted(series, kind))

    assert series.is_null().to_list() == out.is_null().to_list()
    if len(finite(series)) and series.dtype != pl.Boolean:
        assert finite(series).min() <= finite(out).min()  # type: ignore[operator]
        assert finite(series).max() >= finite(out).max()  # type: ignore[operator]


def test_infinity_and_nan_are_cells_of_their_own() -> None:
    """NaN, both infinities and missing cells come back as themselves."""
    special: list[float | None] = [float("nan"), float("inf"), float("-inf"), None]
    series = pl.Series([i + 0.5 for i in range(60)] + special)

    out = decoded(fitted(series, ColumnType.DECIMAL))

    assert series[60:].equals(out[60:], null_equal=True)


def test_extremes_of_64_bits_are_exact() -> None:
    """A level returned as it is does not pass through a float."""
    values = [2**64 - 1, 2**64 - 2, 0]
    series = pl.Series(values * 10, dtype=pl.UInt64)

    assert series.to_list() == decoded(fitted(series, ColumnType.INTEGER)).to_list()


def test_rare_levels_are_not_kept() -> None:
    """A level in fewer rows than asked for is nowhere in the transform."""
    found = fitted(pl.Series(["a"] * 20 + ["b"] * 5 + ["secret"] * 4), ColumnType.CATEGORICAL)
    spec, _ = found.transform.state()

    assert spec["levels"]["texts"] == ["a", "b"]
    assert found.notes == (
        "Column 'c': 1 of its levels, in fewer than 5 rows or personal, never shown; 4 rows drew others.",
    )


def test_text_in_a_numeric_column_is_refused() -> None:
    """A numeric type on a text column names the column."""
    with pytest.raises(MetadataError, match="'c'"):
        fitted(pl.Series(["1", "2"]), ColumnType.INTEGER)


@pytest.mark.parametrize("spec", [{}, {"kind": "other"}, {"kind": "numeric"}, {"kind": "categorical", "levels": 3}])
def test_a_state_that_is_none_is_refused(spec: dict[str, Any]) -> None:
    """A state that no transform wrote is a damaged model file."""
    with pytest.raises(ModelFileError):
        load(spec, {})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(width=64)), min_size=1, max_size=80))
def test_any_floats(values: list[float | None]) -> None:
    """Any floats decode to their dtype, with the same missing cells, NaN for NaN, none out of range."""
    series = pl.Series(values, dtype=pl.Float64)

    out = decoded(fitted(series, ColumnType.DECIMAL))

    assert series.is_null().to_list() == out.is_null().to_list()
    assert series.is_nan().to_list() == out.is_nan().to_list()
    if len(finite(series)):
        assert finite(series).min() <= finite(out).min()  # type: ignore[operator]
        assert finite(series).max() >= finite(out).max()  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=80), st.integers(1, 1000))
def test_any_integers_stay_on_their_grid(values: list[int], step: int) -> None:
    """Decoded integers lie in the range and a whole number of common steps from the least."""
    series = pl.Series([value - value % step if value > 0 else value + -value % step for value in values])

    out = decoded(fitted(series, ColumnType.INTEGER)).to_list()

    assert {0} == {(value - min(series.to_list())) % step for value in out}
    assert min(series.to_list()) <= min(out) <= max(out) <= max(series.to_list())


def _moment(unit: str) -> st.SearchStrategy[int]:
    per_day = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}[unit]
    return st.integers(max(-719_162 * per_day, -(2**63)), min(2_932_896 * per_day, 2**63 - 1))


def _stored(cells: st.SearchStrategy[int], dtype: pl.DataType, kind: ColumnType) -> Any:
    return st.tuples(st.just(kind), st.lists(st.none() | cells, min_size=1, max_size=50), st.just(dtype))


ANY = st.one_of(
    *(_stored(_moment(u), pl.Datetime(u, zone), ColumnType.DATETIME)
      for u in ("ms", "us", "ns") for zone in (None, "Asia/Tokyo")),
    *(_stored(st.integers(-(2**62), 2**62), pl.Duration(u), ColumnType.DURATION) for u in ("ms", "us", "ns")),
    _stored(st.integers(-719_162, 2_932_896), pl.Date(), ColumnType.DATE),
    _stored(st.integers(0, 86_399_999_999_999), pl.Time(), ColumnType.TIME),
    *(_stored(st.integers(-(2**(b - 1)), 2**(b - 1) - 1), d, k)
      for b, d in ((8, pl.Int8()), (16, pl.Int16()), (32, pl.Int32()), (64, pl.Int64()))
      for k in (ColumnType.INTEGER, ColumnType.CATEGORICAL)),
    *(_stored(st.integers(0, 2**b - 1), d, ColumnType.INTEGER)
      for b, d in ((8, pl.UInt8()), (16, pl.UInt16()), (32, pl.UInt32()), (64, pl.UInt64()))),
    _stored(st.integers(-(10**16), 10**16), pl.Decimal(18, 2), ColumnType.DECIMAL),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ANY, st.integers(1, 4))
def test_any_cells_of_any_dtype(told: tuple[ColumnType, list[int | None], pl.DataType], repeats: int) -> None:
    """Of any dtype, unit and zone: what is decoded was encoded, or lies between; missing stays; the state agrees."""
    kind, values, dtype = told
    series = pl.Series(values * repeats, dtype=pl.Int128).cast(pl.UInt64 if dtype == pl.UInt64 else pl.Int64)
    series = (series.cast(pl.Decimal(38, 0)) / 100).cast(dtype) if isinstance(dtype, pl.Decimal) else series.cast(dtype)
    found = fitted(series, kind, min_level_rows=1)
    out = decoded(found)

    assert (series.dtype, series.is_null().to_list()) == (out.dtype, out.is_null().to_list())
    assert out.equals(decoded(Fitted(load(*found.transform.state()), found.encoded)), null_equal=True)
    if found.transform.exact:
        assert series.equals(out, null_equal=True)
    elif series.null_count() < len(series):
        assert series.min() <= out.min() <= out.max() <= series.max()  # type: ignore[operator]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "", "é", "\x00", "NA", "x y"])), min_size=1, max_size=40)
)
def test_any_frequent_texts(values: list[str | None]) -> None:
    """Texts in enough rows come back as they are, missing cells and the empty text apart."""
    for dtype in (pl.String(), pl.Categorical()):
        series = pl.Series(values, dtype=dtype)

        assert series.equals(decoded(fitted(series, ColumnType.CATEGORICAL, min_level_rows=1)), null_equal=True)


def test_personal_levels_are_never_shown() -> None:
    """An e-mail address, card or account number among other levels is hidden, in however many rows it stands."""
    secret = ["ann@smith.org", "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32"]
    found = fitted(pl.Series((["counter"] * 60 + secret * 10) * 2), ColumnType.CATEGORICAL)

    assert ["counter"] == found.transform.state()[0]["levels"]["texts"]
    assert "3 of its levels" in found.notes[0]
    assert "60 rows" in found.notes[0]


def test_free_text_is_refused_unless_told_otherwise() -> None:
    """Free text is refused by name and told where it may stand; told to be categorical, rare texts are made up."""
    series = pl.Series([f"word{i} and some more words, none of which {i} repeats" for i in range(N)])
    with pytest.raises(InputRefused, match="'c' holds free text, which is written in tables only"):
        fitted(series, ColumnType.TEXT)

    assert set() == set(series) & set(decoded(fitted(series, ColumnType.CATEGORICAL)))
