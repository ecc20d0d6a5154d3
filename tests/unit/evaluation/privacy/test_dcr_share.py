import numpy as np
import pytest

from lookalike.evaluation.comparison import HOLDOUT, SYNTHETIC, TRAIN, Comparison, Rows
from lookalike.evaluation.neighbours import nearest, space
from lookalike.evaluation.privacy.dcr_share import metric


def test_fresh_rows_do_not_lean(people, metadata) -> None:
    """Rows that were not learnt from are at one half, to within chance."""
    figure = metric(Comparison(people(1_000, 1), people(1_000, 2), people(1_000, 3), metadata, 7))

    assert abs(figure.value - 0.5) < 2.5 * figure.details["standard_error"]
    assert abs(figure.floor - 0.5) < 0.06


def test_copies_lean(people, metadata) -> None:
    """Copies of train are at 1, but for ties, when train is as large as the holdout."""
    train = people(1_000, 1)
    figure = metric(Comparison(train, people(1_000, 2), train, metadata, 7))

    assert figure.value > 0.95
    assert figure.details["copy"] == 1.0


def test_copies_of_a_thinned_train_reach_what_the_note_says(people, metadata) -> None:
    """Where train is thinned, a complete copy reaches the share that the figure foretells."""
    train = people(2_000, 1)
    figure = metric(Comparison(train, people(500, 2), train, metadata, 7))

    assert figure.details["copy"] == 0.625
    assert abs(figure.value - 0.625) < 0.04
    assert "0.62" in figure.note


def test_the_leak_is_nought_for_fresh_rows_and_one_for_copies(people, metadata) -> None:
    """However train and holdout are sized, the leak of copies is near 1, that of fresh rows within its error of 0."""
    train, holdout = people(2_000, 1), people(500, 2)
    copies, fresh = (metric(Comparison(train, holdout, t, metadata, 7)).details for t in (train, people(1_000, 3)))

    assert copies["leak"] > 0.85
    assert abs(fresh["leak"]) < 3 * fresh["leak_error"]


def test_the_share_counts_ties_half(people, metadata) -> None:
    """With tables of one size the share is the slow count over nearest distances."""
    tables = people(80, 1), people(80, 2), people(60, 3)
    comparison = Comparison(*tables, metadata, 7)
    groups = [Rows(t, np.arange(n)) for t, n in ((TRAIN, 80), (HOLDOUT, 80), (SYNTHETIC, 60))]
    train, holdout, made = space(comparison, comparison.columns, groups)
    near, away = (nearest(made, side) for side in (train, holdout))
    expected = np.mean([1.0 if a < b else 0.5 if a == b else 0.0 for a, b in zip(near, away, strict=True)])

    assert expected == pytest.approx(metric(comparison).value)


@pytest.mark.parametrize("n_holdout", [None, 0, 49])
def test_without_held_back_rows_nothing_is_said(people, metadata, n_holdout) -> None:
    """Without 50 held-back rows there is neither value nor floor, and a note that says so."""
    holdout = None if n_holdout is None else people(n_holdout, 2)
    figure = metric(Comparison(people(500, 1), holdout, people(500, 3), metadata, 7))

    assert (None, None) == (figure.value, figure.floor)
    assert "Not judged" in figure.note
