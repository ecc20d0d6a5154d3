from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.length_ks import metric


def test_fresh_lengths_are_at_the_floor(fair) -> None:
    """Lengths of the same source are as far as those of train."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.08


def test_longer_texts_are_far(fair) -> None:
    """Texts twice as long have nothing in common."""
    twice = fair.synthetic.with_columns(pl.col("text") + " " + pl.col("text") + " and once more the same")

    assert metric(replace(fair, synthetic=twice)).value > 0.95
