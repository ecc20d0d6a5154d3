from collections import Counter
from itertools import combinations

import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation import pairs
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.pair_distances import metric


def _naive_cell(column: str, x: object, train: pl.DataFrame) -> object:
    """The cell of a value: its level among the 30 of train, or where it stands among the deciles of train."""
    if x is None:
        return "missing"
    values = sorted(train[column].drop_nulls().to_list())
    if isinstance(x, str):
        return x if x in values else "other"
    edges = sorted(set(values))
    if len(edges) > 10:
        edges = sorted({values[(len(values) - 1) * i // 10] for i in range(1, 10)})
    return sum(e < x for e in edges), sum(e <= x for e in edges)


def _naive(train: pl.DataFrame, other: pl.DataFrame) -> float:
    distances = []
    for pair in combinations(train.columns, 2):
        a, b = (Counter(tuple(_naive_cell(c, r[c], train) for c in pair) for r in t.to_dicts()) for t in (train, other))
        distances.append(sum(abs(a[k] / train.height - b[k] / other.height) for k in {*a, *b}) / 2)
    return sum(distances) / len(distances)


def test_against_a_naive_twin(people, metadata) -> None:
    """Value and floor are those of the slow definition: train's deciles and levels, joint counts, total variation."""
    train, holdout, synthetic = people(90, 1), people(70, 2), people(70, 3)
    figure = metric(Comparison(train, holdout, synthetic, metadata, 7))

    assert _naive(train, synthetic) == pytest.approx(figure.value)
    assert _naive(train, holdout) == pytest.approx(figure.floor)


def test_broken_dependence_shows(people, metadata) -> None:
    """Columns that are right alone but shuffled apart are far above the floor, the broken pair first."""
    train = people(2_000, 1)
    apart = train.select(pl.col(c).shuffle(i) for i, c in enumerate(train.columns))
    figure = metric(Comparison(train, people(2_000, 2), apart, metadata, 7))

    assert figure.value > 1.5 * figure.floor
    assert ["age", "height"] == figure.details["pairs"][0]["columns"]


def test_rare_levels_are_one_cell() -> None:
    """Levels beyond the 30 most frequent of train are one cell, so other rare levels do no harm."""
    towns = [f"t{i}" for i in range(30)] * 10
    frames = [pl.DataFrame({"a": [*towns, *(f"{x}{i}" for i in range(20))], "b": [1] * 320}) for x in "xyz"]
    columns = Column("a", ColumnType.CATEGORICAL, pl.String()), Column("b", ColumnType.INTEGER, pl.Int64())

    assert metric(Comparison(*frames, Metadata(columns), 7)).value == 0.0


def test_many_pairs_are_sampled(people, metadata, monkeypatch) -> None:
    """Beyond the cap pairs are drawn by the seed, and the note says how many."""
    monkeypatch.setattr(pairs, "MAX_PAIRS", 2)
    figure = metric(Comparison(people(90, 1), people(70, 2), people(70, 3), metadata, 7))

    assert figure.note == "Of 3 pairs of columns 2 were drawn by the seed."
    assert figure.details["n_pairs"] == 2


def test_pairs_are_numbered_without_gaps() -> None:
    """The k-th pair runs through all pairs once."""
    found = [pairs._pair(k) for k in range(45)]

    assert sorted(combinations(range(10), 2)) == sorted(found)


def test_one_column_has_no_pairs(people, metadata) -> None:
    """A single column cannot be judged, and the note says why."""
    figure = metric(Comparison(people(90, 1), None, people(90, 1), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "two columns" in figure.note
