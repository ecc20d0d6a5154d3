import polars as pl

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.attribute_inference import metric


def test_fresh_rows_tell_no_ones_columns(people, compare) -> None:
    """From rows that were not learnt from there is no risk: 0 is in the interval, the floor near it."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.interval[0] == 0.0
    assert figure.value < 0.06
    assert figure.floor < 0.06


def test_copies_tell_columns(people, compare) -> None:
    """From copies a column of those learnt from is told far more often than of others."""
    figure = metric(compare(people(1_200, 1)))

    assert figure.interval[0] > 0.2
    assert figure.details["train"] > figure.details["control"]


def test_shuffled_rows_tell_no_ones_columns(shuffled, compare) -> None:
    """Rows that match no person tell no column."""
    assert metric(compare(shuffled)).interval[0] == 0.0


def test_the_column_at_risk_is_named_first(people, metadata) -> None:
    """Where one column alone is copied from those learnt from, the others being keys to it, it is at the head."""
    train, holdout, fresh = people(1_000, 1), people(800, 2), people(1_000, 3)
    leaky = pl.concat([train.select("age", "height"), fresh.select("town").sort("town")], how="horizontal")
    risks = metric(Comparison(train, holdout, leaky, metadata, 7)).details["risks"]

    assert {"age", "height", "town"} == {r["column"] for r in risks}
    assert "town" != risks[0]["column"]
    assert sorted((r["risk"] for r in risks), reverse=True) == [r["risk"] for r in risks]


def test_what_follows_from_other_columns_is_no_risk(people, metadata) -> None:
    """A column that anyone can tell from the others counts for nothing, though it is always guessed."""
    train, holdout, synthetic = (people(400, i).with_columns(town=pl.lit("Ulm")) for i in (1, 2, 3))
    risks = metric(Comparison(train, holdout, synthetic, metadata, 7)).details["risks"]
    town = next(r for r in risks if r["column"] == "town")

    assert (1.0, 1.0, 0.0) == (town["train"], town["control"], town["risk"])


def test_one_column_is_not_judged(people, metadata) -> None:
    """It takes a second column to infer one from."""
    figure = metric(Comparison(people(100, 1), people(100, 2), people(100, 3), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "second column" in figure.note
