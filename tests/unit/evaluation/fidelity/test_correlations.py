import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity import correlations
from lookalike.evaluation.fidelity.correlations import metric


def _numbers(*names: str) -> Metadata:
    return Metadata(tuple(Column(name, ColumnType.DECIMAL, pl.Float64()) for name in names))


def _leaning(n: int, seed: int, lean: float) -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.normal(size=n)
    return pl.DataFrame({"x": x, "y": np.exp(lean * x + rng.normal(size=n)), "z": rng.normal(size=n)})


def test_fresh_rows_are_at_the_floor(people, metadata) -> None:
    """Rows of the same source are as far off as fresh ones, within the interval."""
    figure = metric(Comparison(people(2_000, 1), people(2_000, 2), people(2_000, 3), metadata, 7))

    assert abs(figure.value - figure.floor) < 0.02
    assert figure.interval[0] <= figure.value <= figure.interval[1] < 0.05


def test_a_copy_is_not_off(people, metadata) -> None:
    """A copy of train is at 0."""
    train = people(500, 1)

    assert 0.0 == metric(Comparison(train, people(500, 2), train, metadata, 7)).value


def test_shuffled_columns_lose_it_all() -> None:
    """Columns shuffled apart are half of their correlation off, and the two that hung together come first."""
    train = _leaning(2_000, 1, 2.0)
    apart = train.select(pl.col(c).shuffle(i) for i, c in enumerate(train.columns))
    figure = metric(Comparison(train, _leaning(2_000, 2, 2.0), apart, _numbers("x", "y", "z"), 7))
    worst = figure.details["pairs"][0]

    assert ["x", "y"] == worst["columns"]
    assert worst["train"] / 2 == pytest.approx(worst["error"], abs=0.02)
    assert figure.value > 5 * figure.floor


def test_it_is_spearmans() -> None:
    """Without missing cells it is the correlation that SciPy finds by ranks."""
    train, synthetic = _leaning(300, 1, 1.0), _leaning(300, 2, -1.0)
    figure = metric(Comparison(train, None, synthetic, _numbers("x", "y"), 7))
    halves = Comparison(train, None, synthetic, _numbers("x", "y"), 7).against_train()
    expected = spearmanr(synthetic["x"].gather(halves.synthetic.index), synthetic["y"].gather(halves.synthetic.index))

    assert expected.statistic == pytest.approx(figure.details["pairs"][0]["synthetic"])


def test_a_pair_goes_by_the_rows_that_have_both() -> None:
    """Cells that are missing at random hardly change a correlation."""
    train = _leaning(5_000, 1, 2.0)
    gone = pl.Series(np.random.Generator(np.random.PCG64(3)).random(5_000) < 0.5)
    holed = train.with_columns(pl.when(~gone).then("y").alias("y"))

    assert metric(Comparison(train, None, holed, _numbers("x", "y"), 7)).value < 0.02


def test_what_does_not_vary_is_uncorrelated() -> None:
    """A column without variation, or with hardly a cell, counts as uncorrelated, and nothing is NaN."""
    train = _leaning(400, 1, 2.0)
    flat = train.with_columns(y=pl.lit(5.0), z=pl.when(pl.int_range(pl.len()) < 4).then("z"))
    figure = metric(Comparison(train, None, flat, _numbers("x", "y", "z"), 7))

    assert {0.0} == {pair["synthetic"] for pair in figure.details["pairs"]}


def test_matrices_have_the_worst_columns(monkeypatch) -> None:
    """The matrices hold both correlations of the columns that stand out, symmetric, 1 in the diagonal."""
    monkeypatch.setattr("lookalike.evaluation.heat.MAX_NAMES", 2)
    train = _leaning(1_000, 1, 2.0)
    apart = train.with_columns(pl.col("x").shuffle(1))
    figure = metric(Comparison(train, _leaning(1_000, 2, 2.0), apart, _numbers("z", "x", "y"), 7))
    matrices, worst = figure.details["matrices"], figure.details["pairs"][0]

    assert {"x", "y"} == set(matrices["names"])
    assert [[1.0, worst["train"]], [worst["train"], 1.0]] == matrices["real"]
    assert [[1.0, worst["synthetic"]], [worst["synthetic"], 1.0]] == matrices["synthetic"]


def test_wide_tables_are_sampled(monkeypatch) -> None:
    """Beyond the cap columns are drawn by the seed, and the note says how many."""
    monkeypatch.setattr(correlations, "MAX_COLUMNS", 2)
    tables = [_leaning(200, seed, 1.0) for seed in (1, 2, 3)]
    figure = metric(Comparison(*tables, _numbers("x", "y", "z"), 7))

    assert "Of 3 columns of numbers 2 were drawn by the seed." == figure.note
    assert 1 == figure.details["n_pairs"]


def test_one_number_has_no_pairs(people, metadata) -> None:
    """It takes two columns of numbers, and the note says so."""
    figure = metric(Comparison(people(90, 1), None, people(90, 1), metadata.select(["age", "town"]), 7))

    assert figure.value is None
    assert "two columns of numbers" in figure.note
