from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.c2st_char import metric


def test_fresh_texts_cannot_be_told_apart(fair) -> None:
    """Texts of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(fair)

    assert abs(figure.value - 0.5) < 0.08
    assert abs(figure.floor - 0.5) < 0.08


def test_wrong_signs_are_told(fair) -> None:
    """Another sign at the end of each text is found."""
    marked = fair.synthetic.with_columns(pl.col("text") + "!")

    assert metric(replace(fair, synthetic=marked)).value > 0.7
