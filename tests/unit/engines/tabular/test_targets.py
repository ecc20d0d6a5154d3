"""What trees are to explain: rows that differ have different targets, those that do not have the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.targets import make_joint_target, make_target
from lookalike.transforms import Codes, Scale, Scores, unordered_scale

NONE = np.zeros(0, np.float32)


def category(levels: list[int]) -> tuple[Scale, Codes, Scores]:
    return unordered_scale(max(levels) + 1), np.array(levels, np.int32), NONE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 11)), min_size=2, max_size=60), st.integers(0, 99))
def test_a_joint_target_tells_rows_apart_as_its_columns_do(rows: list[tuple[int, int]], seed: int) -> None:
    """Rows have the same target if and only if they agree in all columns."""
    target = make_joint_target([category([a for a, _ in rows]), category([b for _, b in rows])], seed=seed)
    words = [tuple(row) for row in target.words.tolist()]

    assert len(set(rows)) == len(set(words)) == len(set(zip(rows, words, strict=True)))
    assert 1 - 1e-9 <= target.dimensions <= 8 + 1e-9


@pytest.mark.parametrize("n_levels", [2, 8, 9, 300])
def test_a_target_tells_levels_apart(n_levels: int) -> None:
    """Each level has a target of its own, few or many."""
    codes = np.arange(3 * n_levels, dtype=np.int32) % n_levels
    target = make_target(unordered_scale(n_levels), codes, NONE, seed=1)

    assert n_levels == len(np.unique(target.words, axis=0))
