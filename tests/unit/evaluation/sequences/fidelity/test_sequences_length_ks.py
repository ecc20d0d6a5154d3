from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.length_ks import metric


def test_fresh_lengths_are_at_the_floor(panel) -> None:
    """Lengths of the same source are as far as held-back ones."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.12
    assert figure.interval[0] <= figure.floor <= figure.interval[1] + 0.05


def test_short_sequences_are_far(panel) -> None:
    """Sequences of four rows have nothing in common with those of five and more."""
    short = panel.synthetic.filter(pl.int_range(pl.len()).over("who") < 4)

    assert 1 == metric(replace(panel, synthetic=short)).value


def test_a_series_has_no_lengths(one) -> None:
    """One series is not judged."""
    assert metric(one).value is None
