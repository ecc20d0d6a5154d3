import numpy as np
import polars as pl
import pytest

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.dcr import metric


def test_fresh_rows_are_as_far_as_fresh_rows(people, compare) -> None:
    """For rows that were not learnt from, the interval holds the floor, which is 1."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.floor == 1.0
    assert figure.interval[0] < 1.0 < figure.interval[1]
    assert abs(figure.value - 1.0) < 0.15


def test_copies_are_at_nought(people, compare) -> None:
    """Copies have no distance at all."""
    figure = metric(compare(people(1_200, 1)))

    assert (0.0, (0.0, 0.0)) == (figure.value, figure.interval)


def test_shuffled_rows_are_further(shuffled, compare) -> None:
    """Rows that match no person are further from all of them than real rows are."""
    assert metric(compare(shuffled)).interval[0] > 1.0


def test_what_is_far_is_cut(people, compare) -> None:
    """Rows far from anything are at the upper bound, and so is the end of the interval."""
    figure = metric(compare(people(1_000, 3).with_columns(town=pl.lit("Rom"), height=None)))

    assert (2.0, 2.0) == (figure.value, figure.interval[1])


def test_curves_show_no_single_row(people, compare) -> None:
    """Quantiles rise, and at least `min_level_rows` rows are at or beyond the first and the last."""
    details = metric(compare(people(1_000, 3))).details
    n = details["n_rows"]

    assert 5 <= min(details["shares"][0], 1 - details["shares"][-1]) * n + 1e-9
    for side in ("synthetic", "fresh"):
        assert len(details["shares"]) == len(details[side])
        assert sorted(details[side]) == details[side]


def test_few_rows_have_few_quantiles(people, metadata) -> None:
    """Where five rows are a tenth of all, no quantile below a tenth is shown."""
    details = metric(Comparison(people(60, 1), people(50, 2), people(50, 3), metadata, 7)).details

    assert (0.1, 0.9) == (details["shares"][0], details["shares"][-1])
    assert not metric(Comparison(people(60, 1), people(50, 2), people(50, 3), metadata, 7, 30)).details["shares"]


def test_where_most_rows_are_alike_nothing_is_said(compare, metadata) -> None:
    """If half of the held-back rows equal a train row, distances have no scale, and the note says so."""
    same = pl.DataFrame({"age": np.full(100, 30), "height": np.full(100, 170.0), "town": ["Ulm"] * 100})
    figure = metric(Comparison(same, same, same, metadata, 7))

    assert figure.value is None
    assert "equal a row learnt from" in figure.note


@pytest.mark.parametrize("sizes", [(49, 60, 60), (60, 49, 60), (60, 60, 49)])
def test_few_rows_are_not_judged(people, metadata, sizes) -> None:
    """It takes 50 rows of each table."""
    train, holdout, synthetic = (people(n, i) for i, n in enumerate(sizes))

    assert metric(Comparison(train, holdout, synthetic, metadata, 7)).value is None
