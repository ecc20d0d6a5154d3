import polars as pl

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.singling_out import metric


def test_fresh_rows_single_out_no_one(people, metadata) -> None:
    """From rows that were not learnt from there is no risk: 0 is in the interval, the floor near it."""
    figure = metric(Comparison(people(2_400, 1), people(2_000, 2), people(2_000, 3), metadata, 7))

    assert figure.interval[0] == 0.0
    assert figure.value < 0.1
    assert figure.floor < 0.1


def test_copies_single_out_their_originals(people, compare) -> None:
    """Conditions from copies of equally many rows are met by exactly one row learnt from, nearly always."""
    figure = metric(compare(people(1_200, 1)))

    assert figure.value > 0.6
    assert figure.details["several"]["train"] > figure.details["several"]["control"]


def test_shuffled_rows_single_out_no_one(shuffled, compare) -> None:
    """From rows that match no person conditions of several columns do no better on those learnt from."""
    assert metric(compare(shuffled)).details["several"]["risk"] < 0.1


def test_copies_of_a_thinned_train_reach_what_details_say(people, compare) -> None:
    """Where train is cut into parts, a complete copy comes to what the figure foretells, and not beyond."""
    figure = metric(compare(people(1_200, 1), n_holdout=300))

    assert figure.details["copy"] == 0.25
    assert 0.1 < figure.value < 0.3


def test_nobody_stands_out_among_equals(metadata) -> None:
    """Where no condition singles out a synthetic row there is no value, and the note says why."""
    same = pl.DataFrame({"age": [30] * 100, "height": [170.0] * 100, "town": ["Ulm"] * 100})
    figure = metric(Comparison(same, same, same, metadata, 7))

    assert figure.value is None
    assert "single out" in figure.note


def test_one_column_is_not_judged(people, metadata) -> None:
    """It takes two columns to combine."""
    figure = metric(Comparison(people(100, 1), people(100, 2), people(100, 3), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "two columns" in figure.note
