from dataclasses import replace

import polars as pl

from lookalike.evaluation.texts.fidelity.fd_svd import metric
from lookalike.evaluation.texts.frechet import frechet
from questions import questions


def test_fresh_texts_are_at_the_floor(fair, copied) -> None:
    """Texts of the same source are as far as those of train."""
    figure = metric(fair)

    assert abs(figure.value - figure.floor) < 0.03
    assert abs(metric(copied).value - figure.floor) < 0.03


def test_another_matter_is_far(fair) -> None:
    """Texts of one of three kinds alone are far above the floor."""
    figure = metric(replace(fair, synthetic=questions(1_000, 3).filter(pl.col("about") == "card")))

    assert figure.value > 2 * figure.floor
    assert figure.interval[0] > figure.floor


def test_the_same_points_have_no_distance(fair) -> None:
    """A sample is at 0 from itself, and as far as the square of a shift."""
    points = fair.points.reference

    assert abs(frechet(points, points)) < 1e-6
    assert abs(frechet(points, points + 0.05) - 100 * 0.05**2) < 1e-6
