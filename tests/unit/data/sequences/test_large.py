"""Large tables: what blocks of rows tell is taken only where the whole table agrees."""

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, Metadata, stored_type
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import find_roles

N = 260_000


def _roles(**columns: object) -> tuple[tuple[str, ...], str | None]:
    table = pl.DataFrame({**columns, "x": np.arange(N) * 7919 % 1009 / 10})
    metadata = Metadata(tuple(Column(name, stored_type(dtype), dtype) for name, dtype in table.schema.items()))
    roles = find_roles(table, metadata, TimeSeriesParameters())
    return roles.key, roles.index


def test_sequences_longer_than_a_block() -> None:
    """Sequences that blocks see parts of, and sequences that stand row by row beside each other, are found."""
    rows = np.arange(N)

    assert (("unit",), "step") == _roles(unit=rows // 65_000, step=rows % 65_000)
    assert (("unit",), "step") == _roles(unit=rows % 50_000, step=rows // 50_000)


def test_a_second_column_of_the_key_is_missed_by_no_block() -> None:
    """Where blocks see one column tell sequences apart, but the table needs two, both are the key."""
    rows = np.arange(N)
    site, unit = rows // 130_000, rows % 130_000 // 100

    assert (("site", "unit"), "step") == _roles(
        site=[f"s{s}" for s in site], unit=[f"u{u}" for u in unit], step=rows % 100
    )


def test_one_long_series() -> None:
    """A time that runs through all rows makes them one series."""
    assert ((), "time") == _roles(time=np.arange(N) * 60)
