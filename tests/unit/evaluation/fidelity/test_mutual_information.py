from collections import Counter
from math import log

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.mutual_information import metric
from lookalike.evaluation.pairs import normalised_information

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=40)


def _entropy(values: list[object]) -> float:
    return -sum(n / len(values) * log(n / len(values)) for n in Counter(values).values())


@given(PAIRS)
def test_it_is_what_both_share(pairs: list[tuple[int, int]]) -> None:
    """Of counted pairs it is twice the shared information over both entropies, 0 where neither column varies."""
    one, two = _entropy([a for a, _ in pairs]), _entropy([b for _, b in pairs])
    expected = 2 * (one + two - _entropy(pairs)) / (one + two) if one + two else 0.0
    shares = np.zeros((1, 3, 4))
    for a, b in pairs:
        shares[0, a, b] += 1 / len(pairs)

    assert expected == pytest.approx(normalised_information(shares)[0], abs=1e-9)


def test_fresh_rows_are_at_the_floor(people, metadata) -> None:
    """Rows of the same source are as far off as fresh ones, and the interval covers the floor."""
    figure = metric(Comparison(people(2_000, 1), people(2_000, 2), people(2_000, 3), metadata, 7))

    assert abs(figure.value - figure.floor) < 0.02
    assert figure.interval[0] <= figure.floor <= figure.interval[1]


def test_a_copy_is_not_off(people, metadata) -> None:
    """A copy of train is at 0."""
    train = people(500, 1)

    assert metric(Comparison(train, people(500, 2), train, metadata, 7)).value == 0.0


def test_shuffled_columns_tell_nothing(people, metadata) -> None:
    """Columns shuffled apart are far above the floor, the pair that told of each other first."""
    train = people(2_000, 1)
    apart = train.select(pl.col(c).shuffle(i) for i, c in enumerate(train.columns))
    figure = metric(Comparison(train, people(2_000, 2), apart, metadata, 7))
    worst = figure.details["pairs"][0]

    assert figure.value > 5 * figure.floor
    assert ["age", "height"] == worst["columns"]
    assert worst["train"] > worst["synthetic"] + 0.1


def test_one_level_turned_into_the_other_is_no_loss() -> None:
    """Columns that are off by themselves, but hang together as before, are at 0."""
    columns = Column("a", ColumnType.CATEGORICAL, pl.String()), Column("b", ColumnType.CATEGORICAL, pl.String())
    train = pl.DataFrame({"a": ["x", "y"] * 200, "b": ["u", "v"] * 200})
    turned = train.with_columns(b=pl.Series(["v", "u"] * 200))

    assert metric(Comparison(train, train, turned, Metadata(columns), 7)).value == pytest.approx(0.0, abs=0.01)


def test_matrices_are_drawn_from_all_columns(people, metadata) -> None:
    """Both matrices have all columns, levels too, and 1 in the diagonal."""
    matrices = metric(Comparison(people(300, 1), None, people(300, 3), metadata, 7)).details["matrices"]

    assert {"age", "height", "town"} == set(matrices["names"])
    assert [1.0, 1.0, 1.0] == [matrices["synthetic"][i][i] for i in range(3)]


def test_one_column_has_no_pairs(people, metadata) -> None:
    """A single column cannot be judged, and the note says why."""
    figure = metric(Comparison(people(90, 1), None, people(90, 1), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "two columns" in figure.note


def test_matrices_of_fair_draws_are_alike_on_average(people, metadata) -> None:
    """Few rows seem to tell more of each other: held against all of train, the same draws would differ by 0.16."""
    gaps = []
    for seed in range(0, 40, 10):
        tables = people(4_000, seed + 1), people(80, seed + 2), people(4_000, seed + 3)
        matrices = metric(Comparison(*tables, metadata, 7)).details["matrices"]
        real, made = (np.array(matrices[side]) for side in ("real", "synthetic"))
        gaps.append((made - real)[np.triu_indices(3, 1)].mean())

    assert abs(np.mean(gaps)) < 0.05
