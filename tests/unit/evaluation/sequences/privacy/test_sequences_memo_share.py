from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.privacy.memo_share import metric


def test_fresh_sequences_lean_to_neither_side(panel) -> None:
    """Sequences of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.1
    assert figure.interval[0] < 0.5 < figure.interval[1]


def test_copies_lean_to_train(copied) -> None:
    """A copy is nearer to train, as often as its original is among the thinned windows."""
    figure = metric(copied)

    assert figure.value > 0.75
    assert figure.interval[0] > figure.floor


def test_copied_stretches_lean_to_train(stretches) -> None:
    """Stretches learnt from that follow held-back ones are nearest to themselves; the floor is of others."""
    following = stretches.train.filter(pl.col("who") % 5 == 3)
    figure = metric(replace(stretches, synthetic=following))

    assert figure.value > 0.95
    assert abs(figure.floor - 0.5) < 0.15


def test_without_holdout_it_is_not_judged(panel, one) -> None:
    """Nothing held back, or one series, gives no value."""
    assert metric(replace(panel, holdout=None)).value is None
    assert metric(one).value is None
