import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation.intervals import auc_error
from lookalike.evaluation.ranking import auc
from lookalike.evaluation.sequences.telling import clustered_auc, group_folds


def test_groups_stay_whole_and_folds_even() -> None:
    """No group is in two folds, and both sides are spread evenly."""
    rng = stream(1, "folds")
    group = np.repeat(np.arange(60), rng.integers(5, 15, 60))
    side = (group >= 30).astype(float)
    fold = group_folds(group, side, rng)

    assert all(1 == len(set(fold[group == g])) for g in range(60))
    for s in (0, 1):
        counts = np.bincount(fold[side == s], minlength=4)
        assert counts.max() < 1.3 * counts.min()


def test_few_groups_make_few_folds() -> None:
    """Two groups make two folds."""
    assert {0, 1} == set(group_folds(np.array([3, 3, 9, 9]), np.array([0.0, 1, 0, 1]), stream(1, "few")))


def test_the_area_is_that_of_ranks_and_units_widen_it() -> None:
    """Single cases have the error of Hanley and McNeil, about; cases that repeat have that of their units."""
    rng = stream(1, "auc")
    low, high = rng.normal(size=300), rng.normal(1, 1, 300)
    scores, positive = np.concatenate([low, high]), np.repeat([False, True], 300)
    found, single = clustered_auc(scores, ~positive, positive, np.arange(600))
    again, repeated = clustered_auc(
        np.repeat(scores, 4), *(np.repeat(m, 4) for m in (~positive, positive, np.arange(600)))
    )

    assert abs(auc(low, high) - found) < 1e-12
    assert abs(found - again) < 1e-12
    assert abs(single**0.5 - auc_error(found, 300, 300)) < 0.1 * single**0.5
    assert abs(single - repeated) < 1e-9


def test_chance_moves_the_area_as_often_as_it_says() -> None:
    """Over 200 draws of 40 units of 10 cases each, the spread of the area is the standard error told."""
    rng = stream(2, "auc")
    areas, errors = [], []
    for _ in range(200):
        scores = np.repeat(rng.normal(size=80), 10) + 0.3 * rng.normal(size=800)
        found, variance = clustered_auc(scores, np.arange(800) < 400, np.arange(800) >= 400, np.arange(800) // 10)
        areas.append(found)
        errors.append(variance)

    assert abs(np.std(areas) - np.mean(errors) ** 0.5) < 0.15 * np.std(areas)
