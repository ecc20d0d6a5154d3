from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.c2st_svd import metric
from questions import questions


def test_fresh_texts_cannot_be_told_apart(fair) -> None:
    """Texts of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(fair)

    assert abs(figure.value - 0.5) < 0.08
    assert abs(figure.floor - 0.5) < 0.08


def test_another_matter_is_told(fair) -> None:
    """Texts of one of three kinds alone are told apart."""
    cards = questions(1_000, 3).filter(pl.col("about") == "card")

    assert metric(replace(fair, synthetic=cards)).value > 0.75
