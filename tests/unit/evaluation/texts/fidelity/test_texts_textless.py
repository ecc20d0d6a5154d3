from dataclasses import replace

import polars as pl
import pytest

from lookalike.evaluation.texts.fidelity.textless import metric


def test_records_without_a_text_are_counted(fair) -> None:
    """Missing, empty and blank ones alike; the floor is that of held-back records."""
    number = pl.int_range(pl.len())
    lacking = pl.when(number % 10 == 0).then(None).when(number % 10 == 1).then(pl.lit(" ")).otherwise("text")
    figure = metric(replace(fair, synthetic=fair.synthetic.with_columns(text=lacking)))

    assert (pytest.approx(0.2), 0.0) == (figure.value, figure.floor)
    assert {"train": 0.0, "synthetic": pytest.approx(0.2)} == figure.details


def test_what_lacks_is_as_bad_as_what_is_too_much(fair) -> None:
    """If half of the real records have no text, so must half of the new ones."""
    real = fair.train.with_columns(text=pl.when(pl.int_range(pl.len()) % 2 == 0).then("text"))

    assert 0.5 == metric(replace(fair, train=real)).value
    assert 0.0 == metric(replace(fair, train=real, synthetic=real)).value


def test_without_holdout_there_is_no_floor(fair) -> None:
    """Nothing tells how far fresh records would be."""
    figure = metric(replace(fair, holdout=None))

    assert (0.0, None) == (figure.value, figure.floor)
