"""What every metric of texts promises, whoever wrote it."""

import json
import re
from collections.abc import Callable

import polars as pl
import pytest

from figures import faults
from lookalike import plugins
from lookalike.evaluation import Figure, metric_names
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.report import ROOM
from questions import questions

EVERY = pytest.mark.parametrize("name", metric_names(ROOM))


def _metric(name: str) -> Callable[[TextComparison], Figure]:
    family, _, file = name.partition(".")
    metric: Callable[[TextComparison], Figure] = plugins.part(f"lookalike.evaluation.texts.{family}", file).metric
    return metric


def _comparison(n_train: int, n_holdout: int | None, n_synthetic: int) -> TextComparison:
    holdout = None if n_holdout is None else questions(n_holdout, 2)
    return TextComparison(questions(n_train, 1), holdout, questions(n_synthetic, 3), "text", "about", 7)


@EVERY
def test_a_fair_comparison_has_value_floor_and_interval(name: str) -> None:
    """With enough of one source, value and floor are near each other, all within the bounds and the interval."""
    figure = _metric(name)(_comparison(400, 300, 300))
    low, high = figure.bounds

    assert figure.value is not None
    assert figure.floor is not None
    assert figure.interval is not None
    assert low <= figure.interval[0] <= figure.value <= figure.interval[1] <= high
    assert abs(figure.value - figure.floor) < 0.1


@EVERY
def test_same_comparison_same_figure(name: str) -> None:
    """A figure is the same to the last bit each time."""
    one, two = (_metric(name)(_comparison(100, 60, 60)) for _ in range(2))

    assert one == two


@EVERY
@pytest.mark.parametrize("sizes", [(0, None, 0), (1, 0, 1), (60, 2, 0), (0, 60, 60), (50, 60, 60), (100, None, 50)])
def test_little_data_is_no_accident(name: str, sizes: tuple[int, int | None, int]) -> None:
    """With few texts there is a value, or none and a note that says why; never an error or a NaN."""
    assert [] == faults(_metric(name)(_comparison(*sizes)))


@EVERY
@pytest.mark.parametrize("text", ["a", "?", "日本語", "😀 😀", "one two", " x\n\ty "])
def test_odd_texts_are_no_accident(name: str, text: str) -> None:
    """Texts all alike, of one letter, of none, or of another script give a sound figure."""
    odd = questions(60, 1).with_columns(text=pl.lit(text))

    assert [] == faults(_metric(name)(TextComparison(odd, odd, odd, "text", "about", 7)))


@EVERY
def test_a_figure_tells_no_cell(name: str) -> None:
    """Meaning, note and details are JSON without a single text or label."""
    figure = _metric(name)(_comparison(100, 60, 60))
    said = json.dumps([figure.meaning, figure.note, dict(figure.details)], allow_nan=False)

    assert not re.search(r"transfer|account|blocked|ticket", said)


@EVERY
def test_the_meaning_is_one_sentence(name: str) -> None:
    """The meaning is one sentence."""
    assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", _metric(name)(_comparison(1, None, 1)).meaning)
