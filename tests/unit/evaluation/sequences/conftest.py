from dataclasses import replace

import polars as pl
import pytest

from lookalike.evaluation.sequences.comparison import SequenceComparison
from walks import STEPS, patients, series


@pytest.fixture
def panel() -> SequenceComparison:
    """Fresh patients on all sides."""
    tables = patients(150, 1), patients(100, 2), patients(120, 3)
    return SequenceComparison(*tables, ("who",), "at", STEPS, 7)


@pytest.fixture
def copied(panel) -> SequenceComparison:
    """The same, but for synthetic patients that are those of train."""
    return replace(panel, synthetic=panel.train)


@pytest.fixture
def shuffled(panel) -> SequenceComparison:
    """The same, but for synthetic rows of train in random order: right rows, wrong sequences."""
    values = panel.train.select("pulse", "load", "mood").sample(fraction=1, shuffle=True, seed=3)
    return replace(panel, synthetic=panel.train.select("who", "at").with_columns(values))


@pytest.fixture
def stretches() -> SequenceComparison:
    """Every fifth of forty stretches of 60 hours is held back; synthetic hours are of another series."""
    hours = series(2_400, 1).with_columns(who=pl.int_range(2_400) // 60)
    held = hours["who"] % 5 == 2
    synthetic = series(1_920, 2).with_columns(who=pl.int_range(1_920) // 60)
    return SequenceComparison(hours.filter(~held), hours.filter(held), synthetic, ("who",), "at", STEPS, 7)


@pytest.fixture
def one() -> SequenceComparison:
    """One series, its end held back."""
    hours = series(3_000, 1)
    return SequenceComparison(hours[:2_400], hours[2_400:], series(2_400, 2), (), "at", STEPS, 7)
