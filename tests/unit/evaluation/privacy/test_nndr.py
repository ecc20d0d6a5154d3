import polars as pl

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.nndr import metric


def test_fresh_rows_pick_out_no_one(people, compare) -> None:
    """For rows that were not learnt from, the interval holds the floor."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.interval[0] < figure.floor < figure.interval[1]
    assert abs(figure.value - figure.floor) < 0.05


def test_copies_pick_out_their_originals(people, compare) -> None:
    """Copies are at 0, far below the floor."""
    figure = metric(compare(people(1_200, 1)))

    assert figure.value < 0.05
    assert figure.floor > 0.4


def test_shuffled_rows_pick_out_no_one(shuffled, compare) -> None:
    """Rows that match no person are nearly as far from the second closest as from the closest."""
    figure = metric(compare(shuffled))

    assert figure.value > figure.floor


def test_copies_of_many_pick_out_no_one(people, metadata) -> None:
    """A row that equals two train rows is at 1: it could be either."""
    train = pl.concat([people(100, 1)] * 2)

    assert metric(Comparison(train, people(100, 2), train, metadata, 7)).value == 1.0
