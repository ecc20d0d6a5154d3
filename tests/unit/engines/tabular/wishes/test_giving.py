"""Cells asked for behind drawn ones: rows must come as plain rejection would have left them."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.asking import Asking
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters, checked
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular import Model, Synthesizer

KINDS = {pl.String(): ColumnType.CATEGORICAL, pl.Int64(): ColumnType.INTEGER, pl.Float64(): ColumnType.DECIMAL}
BLOCKS = 4  # of plain rows, of which those that meet a condition are kept


def linked(n: int = 6_000) -> pl.DataFrame:
    """Columns each of which says something of the next ones; two are missing together."""
    rng = np.random.default_rng(11)
    place, number = rng.integers(0, 4, n), rng.normal(0, 1, n)
    kind = (place + (rng.random(n) < 0.4) + 2 * (number > 0.5)) % 5
    amount = number * 10 + kind * 3 + rng.normal(0, 4, n)
    missing = pl.Series(rng.random(n) < 0.1 + 0.1 * (place == 2))
    table = pl.DataFrame(
        {
            "place": [f"p{i}" for i in place],
            "number": number.round(3),
            "kind": [f"k{i}" for i in kind],
            "amount": amount.round(2),
            "first": rng.poisson(2, n),
            "second": rng.poisson(4, n),
        }
    )
    more = pl.Series(rng.random(n) < 0.05)
    return table.with_columns(
        pl.when(~missing).then("first").alias("first"), pl.when(~(missing | more)).then("second").alias("second")
    )


@pytest.fixture(scope="module")
def model() -> Model:
    table = linked()
    metadata = Metadata(tuple(Column(n, KINDS[d], d) for n, d in table.schema.items()))
    plan = Synthesizer(TabularParameters()).prepare(table, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


def by_rejection(model: Model, condition: pl.Expr) -> pl.DataFrame:
    """Plain rows of which those that do not meet the condition are thrown away."""
    return pl.concat([model.draw(BLOCK_ROWS, seed=5, block=block).filter(condition) for block in range(BLOCKS)])


def furthest(one: pl.DataFrame, other: pl.DataFrame) -> float:
    """The greatest distance between the two shares of a level, or the two distributions of a number, of any column."""
    distances = []
    for name in one.columns:
        cells = [t[name].to_physical() if t[name].dtype != pl.String else t[name] for t in (one, other)]
        shares = [c.value_counts(normalize=True, name=f"n{k}") for k, c in enumerate(cells)]
        both = shares[0].join(shares[1], on=name, how="full", coalesce=True, nulls_equal=True).fill_null(0.0)
        gaps = both.sort(name).select((pl.col("n0") - pl.col("n1")).alias("gap"))["gap"]
        distances.append(float((gaps.cum_sum() if cells[0].dtype != pl.String else gaps).abs().max()))  # type: ignore[arg-type]
    return max(distances)


CONDITIONS: list[tuple[dict[str, Any], float]] = [
    ({"kind": "k4"}, 0.03),
    ({"kind": "k1", "place": "p3"}, 0.03),
    ({"first": None}, 0.03),
    ({"second": None}, 0.03),
    ({"second": 3, "kind": "k2"}, 0.04),
]


@pytest.mark.parametrize(("told", "near"), CONDITIONS, ids=str)
def test_asked_rows_are_those_of_rejection(model: Model, told: dict[str, Any], near: float) -> None:
    """Asked of a model that was fitted without the wish, rows are distributed as plain rows that happen to fit."""
    condition = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(value)) for name, value in told.items())
    plain = by_rejection(model, condition)
    asked = model.asked(checked(Asking, {"conditions": told})).draw(10_000, seed=7, block=0)

    assert plain.height > 1_000
    assert furthest(plain, asked) < near + 1.0 / plain.height**0.5


def test_a_number_between_known_ones_is_weighed_by_its_neighbours(model: Model) -> None:
    """A number that hardly any row has comes with such cells as numbers near it have."""
    plain = by_rejection(model, pl.col("amount").is_between(11.5, 12.5))
    asked = model.asked(checked(Asking, {"conditions": {"amount": 12.0}})).draw(5_000, seed=7, block=0)

    assert {12.0} == set(asked["amount"])
    assert furthest(plain.drop("amount"), asked.drop("amount")) < 0.06 + 1.0 / plain.height**0.5


def test_what_is_asked_of_some_rows_only_does_not_change_others(model: Model) -> None:
    """Of two conditions each has rows as if it had been asked alone."""
    both = model.asked(checked(Asking, {"conditions": [{"kind": "k4"}, {"first": None}]})).draw(16_000, seed=7, block=0)
    halves = both.head(8_000), both.tail(8_000)
    wanted = by_rejection(model, pl.col("kind") == "k4"), by_rejection(model, pl.col("first").is_null())

    for plain, half in zip(wanted, halves, strict=True):
        assert furthest(plain, half) < 0.04 + 1.0 / plain.height**0.5
