from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.duplicates import metric


def test_fresh_texts_are_at_the_floor(fair) -> None:
    """Texts of the same source repeat each other as often as held-back ones."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.03


def test_repetitions_are_counted_in_any_case(fair) -> None:
    """Half of the texts again, in large letters, is a half."""
    half = fair.synthetic.unique("text", maintain_order=True).head(150)
    again = half.with_columns(pl.col("text").str.to_uppercase())

    assert 0.5 == metric(replace(fair, synthetic=pl.concat([half, again]))).value
