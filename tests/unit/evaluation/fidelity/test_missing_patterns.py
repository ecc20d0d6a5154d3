import json
from collections import Counter

import polars as pl
import pytest

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.missing_patterns import metric


def _holed(table: pl.DataFrame, *, every: int, together: bool) -> pl.DataFrame:
    """Town is missing in each so-manieth row, and age in the same rows or in the ones after."""
    row = pl.int_range(pl.len()) % every
    age = pl.when(row != (0 if together else 1)).then("age")
    return table.with_columns(age, pl.when(row != 0).then("town").alias("town"))


def test_fresh_rows_are_at_the_floor(people, metadata) -> None:
    """Rows of the same source are as far off as fresh ones, within the interval."""
    tables = [_holed(people(1_000, seed), every=5, together=True) for seed in (1, 2, 3)]
    figure = metric(Comparison(*tables, metadata, 7))

    assert abs(figure.value - figure.floor) < 0.03
    assert figure.interval[0] <= figure.floor <= figure.interval[1]


def test_a_copy_is_not_off(people, metadata) -> None:
    """A copy of train is at 0, though cells are missing."""
    train = people(500, 1)
    figure = metric(Comparison(train, people(500, 2), train, metadata, 7))

    assert (0.0, "") == (figure.value, figure.note)


def test_it_is_the_distance_of_counted_patterns(people, metadata) -> None:
    """The value is half the sum of the differences of the patterns' shares, counted slowly."""
    train, synthetic = (_holed(people(400, seed), every=every, together=True) for seed, every in ((1, 5), (3, 8)))
    figure = metric(Comparison(train, people(400, 2), synthetic, metadata, 7))
    ours, theirs = (Counter(tuple(x is None for x in row) for row in t.rows()) for t in (synthetic, train))

    assert sum(abs(ours[k] - theirs[k]) for k in {*ours, *theirs}) / 800 == pytest.approx(figure.value)


def test_cells_that_are_missing_together_are_minded(people, metadata) -> None:
    """Where as many cells of each column are missing, but in other rows, patterns are off and rates are not."""
    train, fresh = (_holed(people(1_000, seed), every=5, together=True) for seed in (1, 2))
    synthetic = _holed(people(1_000, 3), every=5, together=False)
    figure = metric(Comparison(train, fresh, synthetic, metadata, 7))

    assert figure.value == pytest.approx(0.4, abs=0.05)
    assert figure.details["rates_error"] < 0.02
    assert ["age", "town"] == next(p["missing"] for p in figure.details["patterns"] if p["n_missing"] == 2)


def test_where_nothing_is_missing_nothing_is_off(people, metadata) -> None:
    """Without missing cells the figure is 0, and a note says why."""
    tables = [people(300, seed).with_columns(pl.col("height").fill_null(170)) for seed in (1, 2, 3)]
    figure = metric(Comparison(*tables, metadata, 7))

    assert (0.0, 0.0, (0.0, 0.0)) == (figure.value, figure.floor, figure.interval)
    assert "No cell is missing" in figure.note


def test_patterns_of_few_rows_are_not_told(people, metadata) -> None:
    """A pattern that four train rows have stands in no detail."""
    odd = pl.DataFrame({"age": [None] * 4, "height": [None] * 4, "town": [None] * 4}, schema=people(1, 1).schema)
    train = pl.concat([people(300, 1), odd])
    figure = metric(Comparison(train, people(300, 2), people(300, 3), metadata, 7))

    assert '["age", "height"' not in json.dumps(figure.details)


def test_without_rows_it_is_not_judged(people, metadata) -> None:
    """No synthetic rows: no value, and a note."""
    figure = metric(Comparison(people(90, 1), None, people(0, 1), metadata, 7))

    assert figure.value is None
    assert "no rows" in figure.note
