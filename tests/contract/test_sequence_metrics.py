"""What every metric of sequences promises, whoever wrote it."""

import json
import re
from collections.abc import Callable

import polars as pl
import pytest

from figures import faults
from lookalike import plugins
from lookalike.evaluation import Figure, metric_names
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.report import ROOM
from walks import STEPS, patients, series

EVERY = pytest.mark.parametrize("name", metric_names(ROOM))
NOT_OF_PANELS = {"fidelity.c2st_window", "fidelity.daily_ks", "fidelity.hour_profile"}


def _metric(name: str) -> Callable[[SequenceComparison], Figure]:
    family, _, file = name.partition(".")
    metric: Callable[[SequenceComparison], Figure] = plugins.part(
        f"lookalike.evaluation.sequences.{family}", file
    ).metric
    return metric


def _panel(n_train: int, n_holdout: int | None, n_synthetic: int) -> SequenceComparison:
    holdout = None if n_holdout is None else patients(n_holdout, 2)
    return SequenceComparison(patients(n_train, 1), holdout, patients(n_synthetic, 3), ("who",), "at", STEPS, 7)


def _series(n_train: int, n_holdout: int, n_synthetic: int) -> SequenceComparison:
    rows = series(n_train + n_holdout, 1)
    return SequenceComparison(rows[:n_train], rows[n_train:], series(n_synthetic, 2), (), "at", STEPS, 7)


@EVERY
def test_a_fair_comparison_has_value_floor_and_interval(name: str) -> None:
    """With enough of one source, value and floor are near each other, all within the bounds and the interval."""
    made = _series(2_400, 1_200, 2_400) if name in NOT_OF_PANELS else _panel(200, 150, 150)
    figure = _metric(name)(made)
    low, high = figure.bounds

    assert figure.value is not None
    assert figure.floor is not None
    assert figure.interval is not None
    assert low <= figure.interval[0] <= figure.value <= figure.interval[1] <= high
    assert abs(figure.value - figure.floor) < 0.15


@EVERY
def test_same_comparison_same_figure(name: str) -> None:
    """A figure is the same to the last bit each time."""
    one, two = (_metric(name)(_panel(60, 40, 40)) for _ in range(2))

    assert one == two


@EVERY
@pytest.mark.parametrize("sizes", [(0, None, 0), (1, 0, 1), (8, 2, 0), (0, 20, 20), (3, 20, 20), (60, None, 2)])
def test_little_data_is_no_accident(name: str, sizes: tuple[int, int | None, int]) -> None:
    """With few sequences there is a value, or none and a note that says why; never an error or a NaN."""
    assert [] == faults(_metric(name)(_panel(*sizes)))


@EVERY
@pytest.mark.parametrize("sizes", [(0, 0, 0), (1, 0, 1), (30, 20, 10), (0, 500, 500), (500, 0, 20)])
def test_a_short_series_is_no_accident(name: str, sizes: tuple[int, int, int]) -> None:
    """Of a short series there is a value, or none and a note that says why; never an error or a NaN."""
    assert [] == faults(_metric(name)(_series(*sizes)))


@EVERY
def test_a_figure_tells_no_cell(name: str) -> None:
    """Meaning, note and details are JSON without a single cell or key."""
    for comparison in (_panel(60, 40, 40), _series(600, 300, 600)):
        figure = _metric(name)(comparison)
        said = json.dumps([figure.meaning, figure.note, dict(figure.details)], allow_nan=False)

        assert not re.search(r"rare-cell|calm|wild|p1-|2024", said)


@EVERY
def test_the_meaning_is_one_sentence(name: str) -> None:
    """The meaning is one sentence."""
    assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", _metric(name)(_panel(1, None, 1)).meaning)


@EVERY
def test_constant_and_empty_columns_are_no_accident(name: str) -> None:
    """Columns of one value, or of none, give a sound figure."""
    flat = [
        p.with_columns(pulse=pl.lit(1.0), load=pl.lit(None, pl.Float64), mood=pl.lit(None, pl.String))
        for p in (patients(60, 1), patients(40, 2), patients(40, 3))
    ]
    assert [] == faults(_metric(name)(SequenceComparison(*flat, ("who",), "at", STEPS, 7)))
