import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import MAX_ROWS, MAX_WORK, MIN_ROWS, affordable, closeness, crowds, curves


def test_tables_become_points_in_random_order(people, metadata) -> None:
    """Every row is a point, in another order than in the table, the same each time."""
    tables = people(300, 1).sort("age"), people(200, 2), people(100, 3)
    one, two = (Comparison(*tables, metadata, 7).once(crowds) for _ in range(2))

    assert ((300, 3), (200, 3), (100, 3)) == tuple(p.cells.shape for p in (one.train, one.holdout, one.synthetic))
    assert (np.diff(one.train.cells[:, 0]) < 0).any()
    np.testing.assert_array_equal(one.train.cells, two.train.cells)


def test_the_fair_crowds_hold_no_synthetic_row(people, metadata) -> None:
    """Floors come from the held-back rows alone: one half in the place of the synthetic rows, the other held back."""
    crowd = Comparison(people(300, 1), people(201, 2), people(100, 3), metadata, 7).once(crowds)
    fair = crowd.fair

    np.testing.assert_array_equal(crowd.holdout.cells, np.concatenate([fair.holdout.cells, fair.synthetic.cells]))
    assert (100, 101) == (len(fair.holdout), len(fair.synthetic))
    np.testing.assert_array_equal(crowd.train.cells, fair.train.cells)


def test_large_tables_are_thinned_and_the_note_says_so() -> None:
    """Of many rows 20,000 are drawn; there is a note then, and none before."""
    metadata = Metadata((Column("x", ColumnType.INTEGER, pl.Int64()),))
    many, few = (pl.DataFrame({"x": np.arange(n) % 97}) for n in (MAX_ROWS + 1, 60))
    large, small = (Comparison(t, few, few, metadata, 7).once(crowds) for t in (many, few))

    assert (MAX_ROWS, 60) == (len(large.train), len(large.holdout))
    assert "20,000 rows" in large.note
    assert small.note == ""


def test_measuring_is_bounded() -> None:
    """However many rows and columns there are, the work is bounded, and no less than 50 of either are measured."""
    for n, m, d in ((3_000, 20_000, 15), (3_000, 10_000, 200), (3_000, 20_000, 1_000), (3_000, 100, 1_000)):
        queries, references = affordable(n, m, d)

        assert MIN_ROWS <= min(queries, references)
        assert queries <= n
        assert references <= m
        assert queries * references * d <= MAX_WORK


def test_references_are_given_up_last() -> None:
    """Fewer rows are looked up before fewer are looked among."""
    assert (1_000, 20_000) == affordable(3_000, 20_000, 20)
    assert (500, 4_000) == affordable(3_000, 20_000, 200)


def test_both_sides_are_as_many(people, metadata) -> None:
    """Distances are of as many synthetic as held-back rows, the first not above the second."""
    near = Comparison(people(300, 1), people(70, 2), people(200, 3), metadata, 7).once(closeness)

    assert ((70, 2), (70, 2)) == (near.synthetic.shape, near.fresh.shape)
    assert (near.synthetic[:, 0] <= near.synthetic[:, 1]).all()


def test_curves_of_one_sample_are_one_curve() -> None:
    """Shares rise strictly, and equal samples have equal quantiles."""
    values = np.linspace(0, 1, 101)
    told = curves(values, values, 5)

    assert told["synthetic"] == told["fresh"]
    assert sorted(set(told["shares"])) == told["shares"]
