from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.distinct2 import metric


def test_fresh_texts_are_at_the_floor(fair) -> None:
    """Texts of the same source have as many different pairs as held-back ones."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.03


def test_one_text_again_and_again_has_few(fair) -> None:
    """A single text repeated has hardly any different pairs."""
    figure = metric(replace(fair, synthetic=fair.synthetic.with_columns(text=pl.col("text").first())))

    assert figure.value < 0.02 < figure.floor
