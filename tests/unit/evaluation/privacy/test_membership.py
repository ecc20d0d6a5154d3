import numpy as np
import pytest

from lookalike.evaluation.comparison import HOLDOUT, SYNTHETIC, TRAIN, Comparison, Rows
from lookalike.evaluation.neighbours import nearest, space
from lookalike.evaluation.privacy import membership, membership_density

BOTH = pytest.mark.parametrize("metric", [membership.metric, membership_density.metric])


@BOTH
def test_fresh_rows_tell_nothing(metric, people, compare) -> None:
    """From rows that were not learnt from nobody tells members: 0.5 is in the interval, and the floor is near."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.interval[0] < 0.5 < figure.interval[1]
    assert abs(figure.floor - 0.5) < 0.07


@BOTH
def test_copies_tell_members(metric, people, compare) -> None:
    """From copies members are told nearly always."""
    figure = metric(compare(people(1_200, 1)))

    assert figure.interval[0] > 0.9


@BOTH
def test_some_copies_tell_some(metric, people, compare) -> None:
    """The more of the rows are copies, the better members are told."""
    few, half = (metric(compare(people(1_200, 1).head(n).vstack(people(1_200 - n, 3)))) for n in (200, 600))

    assert 0.5 < few.value < half.value < 0.9


@BOTH
def test_shuffled_rows_tell_nothing(metric, shuffled, compare) -> None:
    """From rows that match no person nobody tells members."""
    figure = metric(compare(shuffled))

    assert figure.interval[0] < 0.5 < figure.interval[1]


@BOTH
def test_a_larger_train_is_thinned(metric, people, compare) -> None:
    """With few held-back rows several parts of train are attacked, each as many as those."""
    figure = metric(compare(people(1_200, 1), n_holdout=100))
    n, repeats = (figure.details[name] for name in ("n_targets", "repeats"))

    assert repeats == 10
    assert n <= 100
    assert figure.value > 0.85


@BOTH
@pytest.mark.parametrize("n_holdout", [None, 49])
def test_without_held_back_rows_nothing_is_said(metric, people, metadata, n_holdout) -> None:
    """Without 50 held-back rows there is no value, and a note that says so."""
    holdout = None if n_holdout is None else people(n_holdout, 2)
    figure = metric(Comparison(people(500, 1), holdout, people(500, 3), metadata, 7))

    assert (None, None) == (figure.value, figure.floor)
    assert "Not judged" in figure.note


def test_the_area_is_the_slow_count(people, metadata) -> None:
    """With tables of one size the area is the share of pairs in which the member is nearer, ties half."""
    comparison = Comparison(people(80, 1), people(80, 2), people(60, 3), metadata, 7)
    groups = [Rows(t, np.arange(n)) for t, n in ((TRAIN, 80), (HOLDOUT, 80), (SYNTHETIC, 60))]
    train, holdout, made = space(comparison, comparison.columns, groups)
    near, away = (nearest(side, made)[:, None] for side in (train, holdout))
    expected = np.mean((near < away.T) + 0.5 * (near == away.T))

    assert expected == pytest.approx(membership.metric(comparison).value)
