from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.privacy.text_copies import metric


def test_fresh_texts_are_at_the_floor(fair) -> None:
    """Texts of the same source are those of train as often as held-back ones, by chance."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.03
    assert figure.interval[0] <= figure.floor <= figure.interval[1]


def test_copies_are_all_found(copied) -> None:
    """A copy in other letters is one."""
    loud = copied.train.with_columns(pl.col("text").str.to_uppercase())

    assert 1 == metric(copied).value
    assert 1 == metric(replace(copied, synthetic=loud)).value


def test_without_holdout_it_is_not_judged(fair) -> None:
    """Nothing held back gives no value."""
    assert metric(replace(fair, holdout=None)).value is None
