"""How many rows each combination gets: what adds up, what is exact, how far groups differ."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.wishes.quotas import (
    GAP,
    evened_out,
    fit_shares,
    largest_remainders,
    share_out_fairly,
    wished_margin,
)
from lookalike.errors import ConditionsUnreachable

weights = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(weights, st.integers(0, 100_000))
def test_counts_are_within_one_of_exact_shares(told: list[float], total: int) -> None:
    """Counts add up to the total, and each is less than one from its exact share."""
    shares = np.array(told) / sum(told)
    counts = largest_remainders(shares, total)

    assert total == counts.sum()
    assert np.abs(counts - shares * total).max() < 1.0 + 1e-6


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 5), st.integers(1, 5_000))
def test_each_column_is_exact(seed: int, n_first: int, n_second: int, total: int) -> None:
    """Where all combinations occur, every level of every column has its share rounded, of several columns at once."""
    rng = np.random.default_rng(seed)
    first, second = (a.ravel() for a in np.meshgrid(np.arange(n_first), np.arange(n_second), indexing="ij"))
    margins = [rng.dirichlet(np.ones(n)) for n in (n_first, n_second)]
    shares = fit_shares(rng.random(len(first)) + 0.01, [(first, margins[0]), (second, margins[1])], None)
    counts = evened_out(largest_remainders(shares, total), shares, (first, second), (0, 1))

    assert total == counts.sum()
    assert counts.min() >= 0
    for levels, margin in zip((first, second), margins, strict=True):
        assert np.abs(np.bincount(levels, counts) - margin * total).max() < 1.0 + 1e-3


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(2, 6), st.integers(1, 20_000))
def test_groups_have_the_same_rates(seed: int, n_groups: int, n_targets: int, total: int) -> None:
    """However many groups there are and however small, rates differ by the gap at most, and rows add up."""
    rng = np.random.default_rng(seed)
    groups, targets = np.repeat(np.arange(n_groups), n_targets), np.tile(np.arange(n_targets), n_groups)
    shares = fit_shares(rng.random(len(groups)) ** 5 + 1e-6, [], (groups, targets))
    counts = share_out_fairly(shares, groups, targets, total).reshape(n_groups, n_targets)
    shown = counts[counts.sum(axis=1) > 0]
    rates = shown / shown.sum(axis=1, keepdims=True)

    assert total == counts.sum()
    assert counts.min() >= 0
    assert (rates.max(axis=0) - rates.min(axis=0)).max() <= GAP + 1e-9


@given(weights, st.data())
def test_what_is_not_wished_stays_in_proportion(told: list[float], data: st.DataObject) -> None:
    """Levels that are not named divide the rest as they are by nature, and the margin adds up to one."""
    natural = np.array([*told, 0.5, 0.25])
    natural /= natural.sum()
    share = data.draw(st.floats(0.0, 1.0))
    margin = wished_margin(natural, {0: share})

    assert share == pytest.approx(margin[0], abs=1e-6)
    assert margin.sum() == pytest.approx(1.0)
    assert margin[-1] * natural[-2] == pytest.approx(margin[-2] * natural[-1])


def test_a_rest_without_a_level_is_refused() -> None:
    """If all levels are named and their shares leave a rest, nobody can have it."""
    with pytest.raises(ConditionsUnreachable):
        wished_margin(np.array([0.5, 0.5]), {0: 0.3, 1: 0.3})


def test_margins_that_contradict_are_refused() -> None:
    """Two columns that always go together cannot have different shares."""
    levels = np.array([0, 1])
    with pytest.raises(ConditionsUnreachable):
        fit_shares(np.array([0.5, 0.5]), [(levels, np.array([0.9, 0.1])), (levels, np.array([0.1, 0.9]))], None)
