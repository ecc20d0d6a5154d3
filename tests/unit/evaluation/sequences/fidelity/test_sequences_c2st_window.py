from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.c2st_window import metric


def test_fresh_windows_are_near_the_floor(stretches) -> None:
    """A series of the same source is as hard to tell as train is from held-back stretches."""
    figure = metric(stretches)

    assert abs(figure.value - 0.5) < 0.15
    assert abs(figure.floor - 0.5) < 0.15
    assert 8 == figure.details["n_units"]
    assert "8 sequences" in figure.note


def test_shuffled_hours_are_told(stretches) -> None:
    """The right values in random order are told apart."""
    values = stretches.train.select("pulse", "load", "mood").sample(fraction=1, shuffle=True, seed=3)
    mixed = replace(stretches, synthetic=stretches.train.select("who", "at").with_columns(values))

    assert metric(mixed).value > 0.95


def test_short_sequences_have_no_windows(stretches) -> None:
    """Synthetic sequences shorter than a window are not judged."""
    short = stretches.synthetic.with_columns(who=pl.int_range(1_920) // 20)

    assert metric(replace(stretches, synthetic=short)).value is None
