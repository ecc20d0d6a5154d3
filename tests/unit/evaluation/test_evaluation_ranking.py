from math import nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from lookalike.data.streams import stream
from lookalike.evaluation.ranking import auc, folds, ranks

SCORES = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=30)


@given(SCORES, SCORES)
def test_auc_counts_wins(negative: list[float], positive: list[float]) -> None:
    """The AUC is the share of pairs that the positive row wins, ties half."""
    wins = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]

    assert abs(np.mean(wins) - auc(np.array(negative), np.array(positive))) < 1e-12


@given(st.lists(st.one_of(st.sampled_from([0.0, -0.0, 1.0, nan]), st.floats(width=32)), max_size=30))
def test_ranks_are_those_of_scipy(values: list[float]) -> None:
    """Ties share their average; what is missing has no rank and takes none."""
    expected = rankdata(np.array(values), nan_policy="omit")

    np.testing.assert_array_equal(expected, ranks(np.array(values)))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 7))
def test_folds_are_stratified(n: int, m: int, k: int) -> None:
    """Every fold has its even share of either class, to within a row."""
    fold = folds([n, m], k, stream(1, "folds"))

    for part in (fold[:n], fold[n:]):
        counts = np.bincount(part, minlength=k)
        assert counts.max() - counts.min() <= 1
