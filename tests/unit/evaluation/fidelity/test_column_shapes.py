import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.column_shapes import ks, metric

NUMBERS = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=30)


@given(NUMBERS, NUMBERS)
def test_ks_is_the_largest_gap(a: list[float], b: list[float]) -> None:
    """Without missing values it is the Kolmogorov-Smirnov distance, looked for value by value."""
    gaps = [abs(np.mean([x <= v for x in a]) - np.mean([x <= v for x in b])) for v in {*a, *b}]

    assert abs(max(gaps) - ks(np.sort(a), np.sort(b))) < 1e-12


def test_ks_minds_missing_values() -> None:
    """Equal values but another share of missing ones: the difference of the shares."""
    assert ks(np.array([1.0, 2.0]), np.array([1.0, 2.0, np.nan, np.nan])) == pytest.approx(0.5)
    assert ks(np.array([1.0]), np.array([np.nan])) == 1.0
    assert ks(np.array([np.nan]), np.array([np.nan])) == 0.0


def test_identical_tables_have_no_distance(people, metadata) -> None:
    """A table against itself is at 0; fresh rows are not, and that is the floor."""
    train, holdout = people(400, 1), people(400, 2)
    figure = metric(Comparison(train, holdout, train, metadata, 7))

    assert figure.value == 0.0
    assert 0.0 < figure.floor < 0.1


def test_levels_go_by_total_variation(people, metadata) -> None:
    """A level's error is half the sum of the differences of shares, counted slowly."""
    train, holdout, synthetic = people(300, 1), people(300, 2), people(300, 3)
    figure = metric(Comparison(train, holdout, synthetic, metadata, 7))
    share = {t: {x: (f["town"] == x).mean() for x in set(f["town"])} for t, f in (("r", train), ("s", synthetic))}
    expected = sum(abs(share["r"].get(x, 0) - share["s"].get(x, 0)) for x in {*share["r"], *share["s"]}) / 2

    assert figure.details["columns"][2]["column"] == "town"
    assert figure.details["columns"][2]["error"] == pytest.approx(expected)
