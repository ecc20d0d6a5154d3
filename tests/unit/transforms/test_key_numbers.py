"""Whole numbers that are keys: made new, never twice, never one of train's, in their dtype."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Told
from lookalike.errors import InputRefused
from lookalike.transforms import Transform
from lookalike.transforms.choose import fit, load

NOTHING = Told()
INTEGERS = [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64]


def keys(cells: pl.Series, told: Told = NOTHING) -> Transform:
    return fit(cells, Column("c", ColumnType.ID, cells.dtype, told=told), min_level_rows=5, seed=1).transform


def draw(transform: Transform, n: int, first_row: int = 0) -> pl.Series:
    zeros = np.zeros(n, np.int32)
    rows = first_row + np.arange(n, dtype=np.uint64)
    return transform.decode(zeros, zeros.astype(np.float32), seed=3, rows=rows)


def test_keys_in_order_go_on() -> None:
    """After 1, 2, … n come n + 1, n + 2, … in order, in any block."""
    transform = keys(pl.Series(range(1, 301)))

    assert list(range(301, 401)) == draw(transform, 100).to_list()
    assert list(range(1301, 1401)) == draw(transform, 100, 1_000).to_list()


def test_keys_out_of_order_go_on_out_of_order() -> None:
    """Keys that fill a range go on behind it, mixed, leaving out none for good."""
    cells = pl.Series(np.random.default_rng(1).permutation(2_000))
    out = draw(keys(cells), 4_000).to_list()

    assert list(range(2_000, 6_000)) == sorted(out)
    assert out != sorted(out)


def test_sparse_keys_keep_their_width() -> None:
    """Keys that leave gaps stay within their number of digits, as long as that lasts, and then get longer."""
    cells = pl.Series(np.random.default_rng(1).choice(np.arange(1_000, 10_000), 300, replace=False))
    transform = keys(cells)
    out = pl.concat([draw(transform, 900), draw(transform, 9_100, 900)])

    assert out[:900].is_between(1_000, 9_999).all()
    assert 10_000 == len(set(out) - set(cells))


def test_no_room_is_said() -> None:
    """A dtype that cannot hold so many new keys is refused by name, not filled with repeats."""
    transform = keys(pl.Series("c", range(100), dtype=pl.Int8))

    assert 28 == draw(transform, 28).n_unique()
    with pytest.raises(InputRefused, match="'c' of Int8 has no room"):
        draw(transform, 29)


def test_a_told_maximum_holds() -> None:
    """Keys stay within a told min and max, or there is no room."""
    transform = keys(pl.Series(range(1, 101)), Told(low=1, high=120))

    assert 120 == draw(transform, 20).max()
    with pytest.raises(InputRefused):
        draw(transform, 21)


def test_repeating_keys_may_repeat_but_are_new() -> None:
    """A column told to be an ID whose numbers repeat gives new numbers of the same width."""
    cells = pl.Series(np.random.default_rng(1).choice(np.arange(10_000, 99_999), 100).repeat(3))
    out = draw(keys(cells), 5_000)

    assert set() == set(out) & set(cells)
    assert out.is_between(10_000, 99_999).all()


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(INTEGERS))
def test_any_keys(data: st.DataObject, dtype: type[pl.DataType]) -> None:
    """Of any whole numbers none comes out and none twice, missing cells stay, the state gives the same; or no room."""
    lowest, highest = (int(bound) for bound in pl.select(low=dtype.min(), high=dtype.max()).row(0))  # type: ignore[attr-defined]
    values = data.draw(st.lists(st.integers(lowest, highest), min_size=2, max_size=40, unique=True))
    cells = pl.Series([*values, None], dtype=dtype)
    transform = keys(cells)
    first = data.draw(st.integers(0, 2**40))
    codes = np.array([0] * 50 + [1] * 3, np.int32)
    rows = first + np.arange(53, dtype=np.uint64)
    try:
        out = transform.decode(codes, codes.astype(np.float32), seed=1, rows=rows)
    except InputRefused:
        return

    assert (cells.dtype, 3, 51) == (out.dtype, out.null_count(), out.n_unique())
    assert set() == set(out.drop_nulls()) & set(values)
    assert out.equals(load(*transform.state()).decode(codes, codes.astype(np.float32), seed=1, rows=rows))
