from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.privacy.shingles import metric


def test_fresh_texts_are_at_the_floor(fair) -> None:
    """Texts of the same source share as many runs with train as held-back ones, and as many with those."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.05
    assert abs(figure.details["gap"]) < 0.05


def test_copied_phrases_are_found(copied) -> None:
    """Phrases of train inside other words are found, as far as the thinned train has them."""
    framed = copied.train.with_columns(pl.lit("well well ") + pl.col("text"))
    figure = metric(replace(copied, synthetic=framed))

    assert figure.value > figure.floor + 0.2
    assert figure.details["gap"] > 0.2


def test_short_texts_have_no_runs(fair) -> None:
    """Texts of two words are not judged."""
    figure = metric(replace(fair, synthetic=fair.synthetic.with_columns(text=pl.lit("my card"))))

    assert figure.value is None
    assert "8 words" in figure.note
