import numpy as np

from lookalike.evaluation.neighbours import Points
from lookalike.evaluation.predicates import MAX_WIDTH, NONE, of_one_column, of_several_columns

UNIT = 1_000


def _rng() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(1))


def _points() -> Points:
    """A number, missing in the last row, and a level."""
    cells = [[100, 0], [200, 1], [300, 1], [400, 2], [2 * UNIT, 1]]
    return Points(np.array(cells, np.int16), np.array([True, False]), UNIT)


def test_one_column_is_asked_for_levels_and_ends() -> None:
    """There is a predicate for each level, for the lowest number and below, and for the highest and above."""
    made = of_one_column(_points(), _rng())
    asked = {
        (int(c[0]), int(low[0]), int(high[0])) for c, low, high in zip(made.columns, made.lows, made.highs, strict=True)
    }

    assert {(0, 0, 100), (0, 400, UNIT), (1, 0, 0), (1, 1, 1), (1, 2, 2)} == asked
    assert (made.columns[:, 1:] == NONE).all()


def test_rare_levels_and_ends_single_out() -> None:
    """Exactly those predicates that one point meets single it out."""
    made = of_one_column(_points(), _rng())
    picked = made.only(made.single_out(_points()), 10)

    assert 4 == len(picked)
    assert picked.single_out(_points()).all()


def test_several_columns_ask_for_a_point_and_beyond() -> None:
    """A predicate of several columns is met by the point it was made from, and asks a missing number to be missing."""
    points = _points()
    made = of_several_columns(points, 200, _rng())
    of_missing = made.lows[:, :2][made.columns[:, :2] == 0] == 2 * UNIT

    assert (200, MAX_WIDTH) == made.columns.shape
    assert ((made.columns >= 0).sum(axis=1) == 2).all()
    assert of_missing.any()
    assert (made.highs[:, :2][made.columns[:, :2] == 0][of_missing] == 2 * UNIT).all()
    assert (made.lows <= made.highs).all()


def test_none_is_kept_twice() -> None:
    """Equal predicates are one, and no more are looked at than asked for."""
    points = _points()
    made = of_several_columns(points, 200, _rng())
    everything = np.ones(200, bool)

    assert len(made.only(everything, 200)) <= 10
    assert len(made.only(everything, 3)) <= 3
