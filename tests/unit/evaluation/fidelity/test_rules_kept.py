import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.rules_kept import metric


def _breaches(frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
    young, old = (frame["age"] < 40).to_numpy(), (frame["age"] < 50).to_numpy()
    return {"at least 40": young, "at least 50": old, "never": np.zeros(len(old), bool)}


def _of_age(n: int, *ages: int) -> pl.DataFrame:
    return pl.DataFrame({"age": [*ages, *[60] * (n - len(ages))]})


def test_a_row_that_breaks_two_rules_counts_once(metadata) -> None:
    """The value is the share of rows that break any rule; each rule has its own share, the most broken first."""
    tables = _of_age(100), _of_age(100, 45), _of_age(200, 30, 30, 45)
    figure = metric(Comparison(*tables, metadata.select(["age"]), 7, breaches=_breaches))
    told = [(rule["rule"], rule["share"], rule["floor"]) for rule in figure.details["rules"]]

    assert (0.015, 0.01) == (figure.value, figure.floor)
    assert [("at least 50", 0.015, 0.01), ("at least 40", 0.01, 0.0)] == told
    assert 3 == figure.details["n_rules"]


def test_all_kept_is_nothing_broken(metadata) -> None:
    """Where all rules are kept the figure is 0, and the interval says how sure that is."""
    figure = metric(Comparison(*[_of_age(400)] * 3, metadata.select(["age"]), 7, breaches=_breaches))

    assert 0.0 == figure.value == figure.interval[0]
    assert 0.005 < figure.interval[1] < 0.02
    assert [] == figure.details["rules"]


def test_a_shuffled_table_breaks_rules_between_columns(people, metadata) -> None:
    """A rule that two columns keep together is broken where they are shuffled apart, and a copy keeps it."""
    train = people(1_000, 1).drop_nulls()
    apart = train.select(pl.col(c).shuffle(i) for i, c in enumerate(train.columns))
    room = float((train["height"] - train["age"] / 4).max())

    def tall(frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        return {"height": (frame["height"] - frame["age"] / 4 > room).fill_null(False).to_numpy()}

    copied, shuffled = (metric(Comparison(train, None, t, metadata, 7, breaches=tall)).value for t in (train, apart))

    assert 0.0 == copied
    assert shuffled > 0.05


def test_large_tables_are_judged_by_the_rows_compared(metadata, monkeypatch) -> None:
    """Of a table that was thinned those rows are judged that all other metrics see."""
    monkeypatch.setattr("lookalike.evaluation.comparison.MAX_ROWS", 1_000)
    table = pl.DataFrame({"age": range(3_000)})
    comparison = Comparison(table, None, table, metadata.select(["age"]), 7, breaches=_breaches)
    ages = comparison.columns[0].tables[2]

    assert float((ages < 50).mean()) == metric(comparison).value


def test_without_rules_it_is_not_judged(people, metadata) -> None:
    """No rules, or none among them, or no rows: no value, and a note that says so."""
    for n, breaches in ((90, None), (90, lambda frame: {}), (0, _breaches)):
        figure = metric(Comparison(people(90, 1), None, people(n, 1), metadata, 7, breaches=breaches))

        assert figure.value is None
        assert ("rows" if n == 0 else "rules") in figure.note
