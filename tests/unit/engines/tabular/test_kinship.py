"""Cells that go with another column's: found where they are, not where they are not, and drawn so again."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular import Model, Synthesizer
from lookalike.engines.tabular.kinship import Copy, Kinship, Tie

N = 4_000


def model_of(table: pl.DataFrame, **parameters: Any) -> Model:
    kinds = {True: ColumnType.INTEGER, False: ColumnType.DECIMAL}
    metadata = Metadata(tuple(Column(n, kinds[d.is_integer()], d) for n, d in table.schema.items()))
    plan = Synthesizer(TabularParameters.model_validate(parameters)).prepare(table, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


def numbers(seed: int, n: int = N) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 1.0, n).round(4)


def holed(name: str, lost: Any, seed: int) -> pl.Series:
    column: pl.Series = pl.select(pl.when(~pl.Series(lost)).then(pl.Series(numbers(seed, len(lost))))).to_series()
    return column.alias(name)


def test_columns_missing_together_are_so_in_every_row() -> None:
    """Columns that are missing in the same rows come missing in the same rows, about as often."""
    lost = np.random.default_rng(1).random(N) < 0.2
    table = pl.DataFrame([holed("a", lost, 1), holed("b", lost, 2), holed("c", lost, 3)])
    out = model_of(table).draw(20_000, seed=1, block=0).select(pl.all().is_null())

    assert out["a"].equals(out["b"])
    assert out["a"].equals(out["c"])
    assert lost.mean() == pytest.approx(out["a"].mean(), abs=0.015)


def test_what_is_missing_with_another_is_missing_elsewhere_too() -> None:
    """Where one column's missing implies another's, it does so in every row, and the other keeps its own share."""
    rng = np.random.default_rng(2)
    first = rng.random(N) < 0.1
    second = first | (rng.random(N) < 0.2)
    out = model_of(pl.DataFrame([holed("a", first, 1), holed("b", second, 2)])).draw(20_000, seed=1, block=0)
    lost = out.select(pl.all().is_null())

    assert not (lost["a"] & ~lost["b"]).any()
    assert second.mean() == pytest.approx(lost["b"].mean(), abs=0.02)


def test_a_tied_column_to_impute_is_never_missing() -> None:
    """A column that is asked never to be missing is not, whatever it was missing with."""
    lost = np.random.default_rng(1).random(N) < 0.2
    table = pl.DataFrame([holed("a", lost, 1), holed("b", lost, 2)])
    out = model_of(table, impute=("b",)).draw(5_000, seed=1, block=0)

    assert 0 == out["b"].null_count()
    assert lost.mean() == pytest.approx(out["a"].is_null().mean(), abs=0.02)


def test_copied_cells_come_back_as_often() -> None:
    """The share of cells that are copied from an earlier column comes back within a point."""
    source, own = numbers(1), numbers(2)
    table = pl.DataFrame({"a": source, "b": np.where(np.random.default_rng(3).random(N) < 0.3, source, own)})
    out = model_of(table).draw(40_000, seed=1, block=0)
    shares = [float((t["a"] == t["b"]).mean()) for t in (table, out)]  # type: ignore[arg-type]

    assert shares[0] == pytest.approx(shares[1], abs=0.01)


def test_copies_of_several_columns_come_back() -> None:
    """A column that copies from two others copies as often from each of them."""
    rng = np.random.default_rng(3)
    first, second, which = numbers(1), numbers(2), rng.random(N)
    third = np.where(which < 0.2, first, np.where(which < 0.45, second, numbers(4)))
    out = model_of(pl.DataFrame({"a": first, "b": second, "c": third})).draw(40_000, seed=1, block=0)

    assert float((out["a"] == out["c"]).mean()) == pytest.approx(0.2, abs=0.02)  # type: ignore[arg-type]
    assert float((out["b"] == out["c"]).mean()) == pytest.approx(0.25, abs=0.02)  # type: ignore[arg-type]


def test_counts_copy_nothing() -> None:
    """Columns of few values are equal in many rows, and no copy is seen in that."""
    values = np.random.default_rng(1).integers(0, 3, N)

    assert () == model_of(pl.DataFrame({"a": values, "b": values[::-1]})).layout.kinship.copies


def test_kinship_survives_json() -> None:
    """Ties and copies come back from their JSON, and each column finds its own."""
    kinship = Kinship((Tie(3, 1, 7, 2),), (Copy(5, 2), Copy(5, 0), Copy(4, 1)))

    assert kinship == Kinship.from_json(kinship.to_json())
    assert (Tie(3, 1, 7, 2), None) == (kinship.tie(3), kinship.tie(5))
    assert ([2, 0], [1], []) == tuple(kinship.sources(column) for column in (5, 4, 3))
