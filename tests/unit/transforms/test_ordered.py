"""Ordered categories come back as they were, in order; rare levels are learnt as their neighbours."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Told, level_values
from lookalike.errors import InputRefused
from lookalike.transforms.choose import Fitted, fit, load
from lookalike.transforms.ordered import BINS


def ordered(cells: pl.Series, levels: pl.Series, min_rows: int = 1) -> Fitted:
    column = Column("c", ColumnType.ORDERED, cells.dtype, told=Told(levels=level_values(levels)))
    return fit(cells, column, min_level_rows=min_rows, seed=1)


def decoded(found: Fitted) -> pl.Series:
    rows = np.arange(len(found.encoded.codes), dtype=np.uint64)
    return found.transform.decode(found.encoded.codes, found.encoded.scores, seed=1, rows=rows)


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (pl.Series(["lo", "hi", None, "mid"] * 10), pl.Series(["lo", "mid", "hi", "never"])),
        (pl.Series(["lo", "hi"] * 10, dtype=pl.Categorical), pl.Series(["hi", "lo"])),
        (pl.Series(["lo", "hi"] * 10, dtype=pl.Enum(["hi", "lo"])), pl.Series(["hi", "lo"])),
        (pl.Series([3, 1, 2] * 10, dtype=pl.UInt8), pl.Series([3, 2, 1], dtype=pl.UInt8)),
        (pl.Series([1.5, float("inf")] * 10), pl.Series([1.5, float("inf")])),
        (pl.Series([date(2020, 1, 1), date(2020, 2, 1)] * 10), pl.Series([date(2020, 1, 1), date(2020, 2, 1)])),
    ],
)
def test_cells_come_back(cells: pl.Series, levels: pl.Series) -> None:
    """What is decoded was encoded, in its dtype, also from the state; the order is the told one."""
    found = ordered(cells, levels)
    order = {level: rank for rank, level in enumerate(levels.cast(pl.String).to_list())}
    ranks = found.transform.scale.code_ranks
    told = [order[cell] for cell in decoded(found).cast(pl.String).drop_nulls().unique(maintain_order=True)]

    assert cells.equals(decoded(found), null_equal=True)
    assert cells.equals(decoded(Fitted(load(*found.transform.state()), found.encoded)), null_equal=True)
    assert sorted(ranks[~np.isnan(ranks)]) == ranks[~np.isnan(ranks)].tolist()
    assert len(told) == int((~np.isnan(ranks)).sum())


def test_rare_levels_become_their_neighbours() -> None:
    """A level in fewer rows than asked for is nowhere in the transform, its rows have the nearest shown level."""
    levels = [f"s{i}" for i in range(7)]
    cells = pl.Series(["s0"] * 10 + ["s1"] * 2 + ["s5"] + ["s6"] * 10)
    found = ordered(cells, pl.Series(levels), min_rows=5)

    assert ["s0"] * 12 + ["s6"] * 11 == decoded(found).to_list()
    assert ["s0", "s6"] == found.transform.state()[0]["levels"]["texts"]
    assert "2 of its levels" in found.notes[0]


def test_all_rare_is_refused() -> None:
    """Without a level that may be shown there is nothing to write."""
    with pytest.raises(InputRefused, match="'c' has no level in 5 rows"):
        ordered(pl.Series(range(30)), pl.Series(range(30)), min_rows=5)


def test_many_levels_share_bins() -> None:
    """Bins stay below 255, in order, however many levels there are."""
    cells = pl.Series(np.arange(2_000).repeat(2))
    scale = ordered(cells, pl.Series(range(2_000))).transform.scale

    assert scale.n_bins <= BINS
    assert (np.diff(scale.code_bins.astype(int)) >= 0).all()
    assert scale.n_bins == int(scale.code_bins.max()) + 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=60), st.integers(1, 6))
def test_any_cells(values: list[Any], min_rows: int) -> None:
    """Any cells come back where their level is frequent, others as the nearest frequent level, missing as missing."""
    cells = pl.Series(values, dtype=pl.Int64)
    counts = {v: values.count(v) for v in values if v is not None}
    shown = [v for v, n in counts.items() if n >= min_rows]
    if len(set(values)) < 2 or not shown:
        return
    out = decoded(ordered(cells, pl.Series(range(31)), min_rows)).to_list()

    wanted = [None if v is None else min(shown, key=lambda s: (abs(s - v), s)) for v in values]
    assert wanted == out
