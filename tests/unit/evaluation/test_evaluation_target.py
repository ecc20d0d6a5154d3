from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.errors import MetadataError
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.target import Target, target_of

N = 200
FEW, RARE, MANY = ["a", "b"] * (N // 2), ["a"] * (N - 3) + ["b"] * 3, [str(i % 21) for i in range(N)]
FLAG, CODE, NUMBER = [0, 1] * (N // 2), [i % 20 for i in range(N)], [*range(N)]
KINDS = {str: ColumnType.CATEGORICAL, int: ColumnType.INTEGER, bool: ColumnType.BOOLEAN}


def _target(target: str | None = None, **columns: Sequence[Any]) -> Target | None:
    table = pl.DataFrame(columns)
    kinds = [KINDS[type(next(c for c in cells if c is not None))] for cells in columns.values()]
    metadata = Metadata(tuple(Column(n, k, d) for (n, d), k in zip(table.schema.items(), kinds, strict=True)))
    return target_of(Comparison(table, None, table, metadata, 7, target=target))


@pytest.mark.parametrize(
    ("columns", "name", "task"),
    [
        ({"a": FEW, "b": FEW, "c": NUMBER}, "b", "classification"),
        ({"a": FEW, "b": RARE, "c": MANY}, "a", "classification"),
        ({"a": [*FEW[:-4], None, None, None, None], "b": NUMBER}, "a", "classification"),
        ({"a": NUMBER, "b": NUMBER, "c": CODE, "d": MANY}, "b", "regression"),
    ],
)
def test_the_rightmost_that_will_do_is_taken(columns: dict[str, Sequence[Any]], name: str, task: str) -> None:
    """First the rightmost column of few levels of which none is rare, then the rightmost number of many values."""
    found = _target(**columns)

    assert (name, task, False) == (found.column.column.name, found.task, found.chosen)


def test_where_none_will_do_there_is_none() -> None:
    """Levels too many or too rare and numbers of few values are not taken unless they are chosen."""
    assert _target(a=CODE, b=RARE, c=MANY) is None


@pytest.mark.parametrize(
    ("cells", "task", "n_models"),
    [
        (RARE, "classification", 1),
        (["a", "b", "c", "d"] * 50, "classification", 4),
        (FLAG, "classification", 1),
        (CODE, "regression", 1),
    ],
)
def test_what_is_chosen_is_taken(cells: Sequence[Any], task: str, n_models: int) -> None:
    """Chosen, levels and numbers of two values are classes, however rare, and other numbers are numbers."""
    found = _target("b", a=FEW, b=cells, c=FEW)

    assert ("b", task, n_models, True) == (found.column.column.name, found.task, found.n_models, found.chosen)


@pytest.mark.parametrize(
    ("cells", "why"), [(["x"] * N, "does not vary"), ([3] * N, "does not vary"), (MANY, "21 levels")]
)
def test_what_cannot_be_predicted_is_refused(cells: Sequence[Any], why: str) -> None:
    """A target that does not vary, or of more levels than can be told apart, is an error that names it."""
    with pytest.raises(MetadataError, match=f"'b'.*{why}"):
        _target("b", a=FEW, b=cells)
