from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.c2st_row import metric


def test_fresh_rows_cannot_be_told_apart(panel) -> None:
    """Rows of the same source are at 0.5, to within chance, although those of a sequence resemble each other."""
    figure = metric(panel)

    assert abs(figure.value - 0.5) < 0.08
    assert abs(figure.floor - 0.5) < 0.08


def test_wrong_rows_are_told(panel) -> None:
    """Loads that do not go with the pulse are found."""
    loose = panel.synthetic.with_columns(load=pl.col("load").reverse())

    assert metric(replace(panel, synthetic=loose)).value > 0.7
