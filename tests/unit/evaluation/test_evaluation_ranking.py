import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.streams import stream
from lookalike.evaluation.ranking import auc, folds

SCORES = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=30)


@given(SCORES, SCORES)
def test_auc_counts_wins(negative: list[float], positive: list[float]) -> None:
    """The AUC is the share of pairs that the positive row wins, ties half."""
    wins = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]

    assert abs(np.mean(wins) - auc(np.array(negative), np.array(positive))) < 1e-12


@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 7))
def test_folds_are_stratified(n: int, m: int, k: int) -> None:
    """Every fold has its even share of either class, to within a row."""
    fold = folds([n, m], k, stream(1, "folds"))

    for part in (fold[:n], fold[n:]):
        counts = np.bincount(part, minlength=k)
        assert counts.max() - counts.min() <= 1
