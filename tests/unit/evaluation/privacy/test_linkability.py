from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.linkability import metric


def test_fresh_rows_link_no_one(people, compare) -> None:
    """From rows that were not learnt from there is no risk: 0 is in the interval, the floor near it."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.interval[0] == 0.0
    assert figure.value < 0.06
    assert figure.floor < 0.06


def test_copies_link_their_originals(people, compare) -> None:
    """Copies link the halves of those learnt from far more often than of others."""
    figure = metric(compare(people(1_200, 1)))

    assert figure.interval[0] > 0.1
    assert figure.details["train"] > figure.details["control"]


def test_shuffled_rows_link_no_one(shuffled, compare) -> None:
    """Rows that match no person link the halves of none."""
    assert metric(compare(shuffled)).interval[0] == 0.0


def test_one_column_is_not_judged(people, metadata) -> None:
    """It takes two columns to link."""
    figure = metric(Comparison(people(100, 1), people(100, 2), people(100, 3), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "two columns" in figure.note
