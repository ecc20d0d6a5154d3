"""Columns of numbers as values and modes, and back."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.values import (
    ATOMS,
    FREE,
    MISSING,
    REPEATED,
    Number,
    fit_number,
    hold,
    load_number,
    shown,
    spikes,
)

SPAN = 2**52  # between whole numbers that stay exact
WHOLE = {
    pl.Int8(): (-(2**7), 2**7 - 1),
    pl.Int16(): (-(2**15), 2**15 - 1),
    pl.Int32(): (-(2**31), 2**31 - 1),
    pl.Int64(): (-(2**63), -(2**63) + SPAN),
    pl.UInt8(): (0, 2**8 - 1),
    pl.UInt16(): (0, 2**16 - 1),
    pl.UInt32(): (0, 2**32 - 1),
    pl.UInt64(): (2**64 - SPAN, 2**64 - 1),
}
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))


def firsts(n_rows: int, *begin: int) -> Any:
    """Which rows begin a sequence: the first, and those told."""
    first = np.zeros(n_rows, np.bool_)
    first[[0, *(row for row in begin if row < n_rows)]] = True
    return first


def come_back(cells: pl.Series) -> bool:
    """Whether the cells are decoded as they were encoded, by numbers and modes that there are."""
    first = firsts(len(cells), len(cells) // 2)
    number = fit_number(cells, first)
    values, modes = number.encode(cells, first)
    found = number.decode(values, modes)

    assert np.isfinite(values).all()
    assert (0 <= modes).all()
    assert (modes < number.n_codes).all()
    return cells.dtype == found.dtype and (cells.to_list() == found.to_list() or cells.equals(found, null_equal=True))


def some(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Cells of which one is not missing at least."""
    return st.lists(st.none() | cells, min_size=2, max_size=60).filter(lambda told: any(c is not None for c in told))


@pytest.mark.parametrize("dtype", WHOLE, ids=str)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whole_numbers_come_back(dtype: pl.DataType, data: st.DataObject) -> None:
    """Whole numbers of any width, missing cells among them, are decoded as they were encoded."""
    low, high = WHOLE[dtype]
    edges = st.sampled_from([low, low + 1, high - 1, high])

    assert come_back(pl.Series(data.draw(some(edges | st.integers(low, high))), dtype=dtype))


@pytest.mark.parametrize("dtype", [pl.Float32(), pl.Float64()], ids=str)
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_floats_come_back(dtype: pl.DataType, data: st.DataObject) -> None:
    """Floats, infinite and not-a-number and missing ones among them, are decoded as they were encoded."""
    width = 32 if dtype == pl.Float32() else 64
    told = data.draw(some(st.floats(width=width) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0])))
    assume(any(cell is not None and np.isfinite(cell) for cell in told))

    assert come_back(pl.Series(told, dtype=dtype))


TIMES: list[tuple[pl.DataType, st.SearchStrategy[Any]]] = [
    (pl.Decimal(18, 2), st.decimals(-(10**12), 10**12, places=2)),
    (pl.Date(), DAYS),
    *((pl.Datetime(unit), MOMENTS) for unit in ("us", "ns")),
    (pl.Datetime("ms"), MOMENTS.map(lambda moment: moment.replace(microsecond=0))),
    (pl.Time(), st.times()),
    *((pl.Duration(unit), st.integers(0, 10**6).map(lambda s: timedelta(seconds=s))) for unit in ("ms", "us", "ns")),
]


@pytest.mark.parametrize(("dtype", "cells"), TIMES, ids=lambda value: str(value)[:24])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_times_and_decimals_come_back(dtype: pl.DataType, cells: st.SearchStrategy[Any], data: st.DataObject) -> None:
    """Dates, times and decimals of any unit are decoded as they were encoded, if they span less than 2^53 units."""
    told = pl.Series(data.draw(some(cells)), dtype=dtype)
    physical = told.to_physical().cast(pl.Int64)
    assume(int(physical.max()) - int(physical.min()) < SPAN)  # type: ignore[arg-type]

    assert come_back(told)


@settings(max_examples=40, deadline=None)
@given(some(MOMENTS), st.sampled_from(["Europe/Zurich", "America/New_York", "UTC"]))
def test_times_of_a_zone_come_back(told: list[Any], zone: str) -> None:
    """Times of a zone, also those of the hour that comes twice, are decoded as they were encoded."""
    assert come_back(pl.Series(told, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone))


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([1, 2, None, 2, 5], dtype=pl.UInt64),
        pl.Series([1.5, np.nan, None, np.inf, 2.5]),
        pl.Series([Decimal("1.20"), None, Decimal("1.30")], dtype=pl.Decimal(10, 2)),
        pl.Series([time(1), None, time(2)]),
        pl.Series([*range(100), None, *range(100, 200)], dtype=pl.Int16),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_a_number_is_loaded_as_it_was_stored(cells: pl.Series) -> None:
    """A column that was stored and loaded encodes the same values and modes."""
    first = firsts(len(cells))
    number = fit_number(cells, first)
    spec, arrays = number.state()
    loaded = load_number(spec, arrays)

    for told, found in zip(number.encode(cells, first), loaded.encode(cells, first), strict=True):
        np.testing.assert_array_equal(told, found)
    assert number.dtype == loaded.dtype


def growing(rate: float, n: int = 400) -> Any:
    """Ten sequences of which each lives a level of its own, and changes by a share of it."""
    rng = np.random.default_rng(4)
    levels = np.repeat(10.0 ** np.linspace(0, 5, 10), n // 10)
    return levels * np.exp(np.cumsum(rng.normal(0, rate, (10, n // 10)), axis=1).ravel())


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series(growing(0.05).round(2)),
        pl.Series(growing(0.05)).cast(pl.Float32).round(1),
        pl.Series((growing(0.3) * 10).astype(np.int64)),
        pl.Series((growing(0.3) - 1).clip(0, None).astype(np.uint32)),
        pl.Series([None, 0.0, *growing(0.1).round(3)]),
        pl.Series(growing(0.05).astype(np.int64) + 5, dtype=pl.Decimal(12, 2)),
    ],
    ids=["cents", "float32", "whole", "counts", "zero and missing", "decimal"],
)
def test_changes_that_grow_with_the_level_are_counted_in_logarithms(cells: pl.Series) -> None:
    """Steps of such a column are of its logarithm, and all its cells come back."""
    first = firsts(len(cells), *range(0, len(cells), 40))
    number = fit_number(cells, first)

    assert number.shift is not None
    assert come_back(cells)
    told, modes = number.encode(cells, first)
    assert cells.to_list() == number.decode(told, modes).to_list()
    assert np.array_equal(told, load_number(*number.state()).encode(cells, first)[0])


@pytest.mark.parametrize(
    "cells",
    [
        growing(0.05) - 1000,
        np.random.default_rng(5).normal(1000, 1, 400).cumsum().round(1),
        growing(0.05) * 1e9,
        growing(0.05) * 1e-305,
    ],
    ids=["below zero", "a steady climb", "too great to come back", "too small to come back"],
)
def test_other_columns_are_counted_as_they_are(cells: Any) -> None:
    """No logarithm of what may fall below zero, changes alike at all levels, or loses digits."""
    number = fit_number(pl.Series(cells), firsts(len(cells), *range(0, len(cells), 40)))

    assert number.shift is None


def altered(**fields: Any) -> None:
    spec, arrays = fit_number(pl.Series(np.arange(50.0)), firsts(50)).state()
    load_number(spec | fields, arrays)


@pytest.mark.parametrize(
    "fields",
    [
        {"low": 10.0, "middle": 5.0},
        {"high": float("nan")},
        {"decimals": 99},
        {"decimals": -2},
        {"step": 0},
        {"shift": -1.0},
    ],
    ids=str,
)
def test_a_number_that_contradicts_itself_is_not_loaded(fields: dict[str, Any]) -> None:
    """Bounds out of order, decimals out of range and steps below 1 are a ValueError."""
    with pytest.raises(ValueError, match=r"number|cast|bounds"):
        altered(**fields)


def number(cells: list[Any], *begin: int) -> tuple[Number, Any, Any]:
    series, first = pl.Series(cells), firsts(len(cells), *begin)
    fitted = fit_number(series, first)
    return fitted, *fitted.encode(series, first)


def test_a_missing_cell_counts_as_the_one_before() -> None:
    """What is missing has the value of the last row of its sequence that has one, else the middle; its mode says so."""
    wide = [float(x) for x in range(10, 40)]
    fitted, values, modes = number([None, 1.0, None, None, *wide, None], 3)

    assert [fitted.middle, 1.0, 1.0, fitted.middle] == values[:4].tolist()
    assert [MISSING, FREE, MISSING, MISSING] == modes[:4].tolist()
    assert (39.0, MISSING) == (values[-1], modes[-1])


def test_repeats_are_a_mode_within_a_sequence() -> None:
    """Where repeats are frequent, a cell equal to the one before is a repeat, but not the first of a sequence."""
    cells = np.repeat(np.arange(40.0) * 1.7, 3)
    _, _, modes = number(cells.tolist(), 61)

    assert [FREE, REPEATED, REPEATED] == modes[:3].tolist()
    assert [REPEATED, FREE, REPEATED] == [modes[59], modes[61], modes[62]]


def test_a_zero_among_amounts_stands_out() -> None:
    """A value far more frequent than its neighbours is an atom of its own, and no other is."""
    rng = np.random.default_rng(1)
    cells = np.where(rng.random(1_000) < 0.3, 0.0, rng.normal(100, 20, 1_000).round(3))
    fitted, _, modes = number(cells.tolist())

    assert [0.0] == fitted.atoms.tolist()
    assert ((cells == 0) == (modes == ATOMS)).all()


def test_a_grid_of_counts_has_no_spikes() -> None:
    """Values of a smooth distribution on a grid do not stand out."""
    counts = np.bincount(np.random.default_rng(2).poisson(20, 5_000))
    distinct = np.flatnonzero(counts)

    assert [] == spikes(distinct.astype(np.float64), counts[distinct]).tolist()


def test_few_values_are_all_atoms() -> None:
    """Of a column with few distinct values each is an atom, so that none is drawn that is not one of them."""
    fitted, _, modes = number([3, 7, 7, 3, 9, None] * 5)

    assert [0.0, 4.0, 6.0] == fitted.atoms.tolist()
    assert {MISSING, ATOMS, ATOMS + 1, ATOMS + 2} == set(modes.tolist())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.integers(-5, 5), st.booleans()), min_size=1, max_size=40),
)
def test_holding_is_looking_back(told: list[tuple[int | None, bool]]) -> None:
    """A held value is the last one that a walk through the sequence has met, else the middle."""
    values = np.array([np.nan if value is None else float(value) for value, _ in told])
    first = np.array([begins for _, begins in told])
    first[0] = True
    expected, last = [], 99.0
    for value, begins in zip(values, first, strict=True):
        last = 99.0 if begins else last
        last = last if np.isnan(value) else value
        expected.append(last)

    assert expected == hold(values, first, 99.0).tolist()


def test_levels_that_are_not_shown_are_the_ones_before() -> None:
    """A code that is never shown is the last one of its sequence that is, at its beginning 0."""
    codes = np.array([4, 1, 4, 2, 4, 4], np.int32)

    assert [0, 1, 1, 2, 0, 0] == shown(codes, 4, firsts(6, 4)).tolist()
