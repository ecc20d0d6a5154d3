import polars as pl

from lookalike.evaluation import classifying
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.c2st import metric


def test_fresh_rows_cannot_be_told_apart(people, metadata) -> None:
    """Rows of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(Comparison(people(1_000, 1), people(1_000, 2), people(1_000, 3), metadata, 7))

    assert abs(figure.value - 0.5) < 0.05
    assert abs(figure.floor - 0.5) < 0.05


def test_a_wrong_column_is_found(people, metadata) -> None:
    """Rows with one column shifted are told apart, and that column is named first."""
    shifted = people(500, 3).with_columns(pl.col("age") + 40)
    figure = metric(Comparison(people(500, 1), people(500, 2), shifted, metadata, 7))

    assert figure.value > 0.7
    assert figure.details["giveaways"][0]["column"] == "age"


def test_few_rows_are_not_judged(people, metadata) -> None:
    """Below 50 rows a side there is no value, and a note that says so."""
    figure = metric(Comparison(people(90, 1), None, people(49, 3), metadata, 7))

    assert (None, None) == (figure.value, figure.floor)
    assert "50" in figure.note


def test_wide_tables_are_sampled(people, metadata, monkeypatch) -> None:
    """Beyond the cap columns are drawn by the seed, and the note says how many."""
    monkeypatch.setattr(classifying, "MAX_COLUMNS", 2)
    figure = metric(Comparison(people(120, 1), people(80, 2), people(80, 3), metadata, 7))

    assert "Of 3 columns 2 were drawn by the seed." in figure.note
