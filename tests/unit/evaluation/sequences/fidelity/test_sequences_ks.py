from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.ks import metric
from lookalike.evaluation.sequences.panel import TIME_STEP


def test_fresh_values_are_at_the_floor(panel) -> None:
    """Values of the same source are as far as held-back ones, the time step being one of the columns."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.05
    assert ["pulse", "load", TIME_STEP] == [p["part"] for p in figure.details["parts"]]


def test_the_same_values_are_at_zero(shuffled) -> None:
    """Rows in another order have the same values."""
    assert 0 == metric(shuffled).value


def test_a_column_moved_away_is_named(panel) -> None:
    """A column that has nothing in common with train is at 1 in the details."""
    far = metric(replace(panel, synthetic=panel.synthetic.with_columns(pl.col("pulse") + 1_000)))

    assert 1 == far.details["parts"][0]["error"]
