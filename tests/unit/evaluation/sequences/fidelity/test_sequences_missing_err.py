from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.missing_err import metric


def test_fresh_gaps_are_at_the_floor(panel) -> None:
    """Missing cells of the same source are as many as held-back ones."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.02


def test_filled_cells_are_found(copied) -> None:
    """A twentieth of one of three columns is missing: without gaps the mean difference is a sixtieth."""
    full = metric(replace(copied, synthetic=copied.train.with_columns(pl.col("load").fill_null(0))))

    assert abs(full.value - 1 / 60) < 0.005
    assert 0 == metric(copied).value
