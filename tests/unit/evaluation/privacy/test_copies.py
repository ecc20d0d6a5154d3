import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy.copies import metric


def test_fresh_rows_copy_as_often_as_fresh_rows(people, compare) -> None:
    """For rows that were not learnt from, the interval holds the floor, and so do near ones."""
    figure = metric(compare(people(1_000, 3)))

    assert figure.interval[0] <= figure.floor <= figure.interval[1]
    assert abs(figure.details["near"] - figure.details["near_floor"]) < 0.03


def test_copies_are_all_found(people, compare) -> None:
    """Each copy is one, however few they are among the rows."""
    mixed = pl.concat([people(1_200, 1).head(37), people(963, 3).with_columns(town=pl.lit("Rom"))])

    assert metric(compare(people(1_200, 1))).value == 1.0
    assert 37 == metric(compare(mixed)).details["n_copies"]


def test_shuffled_rows_are_no_copies(shuffled, compare) -> None:
    """Rows that match no person in all columns are not copies, though each of their cells is one."""
    figure = metric(compare(shuffled))

    assert figure.value <= figure.floor


def test_small_changes_are_near(people, compare) -> None:
    """Rows moved by next to nothing are no copies, but near."""
    moved = people(1_200, 1).filter(pl.col("height").is_not_null()).with_columns(pl.col("height") + 1e-6)
    figure = metric(compare(moved))

    assert figure.value == 0.0
    assert figure.details["near"] > 0.9
    assert figure.details["near_floor"] < 0.1


def test_all_rows_are_compared(metadata) -> None:
    """A copy is found among more rows than other figures look at."""
    n = 60_000
    train = pl.DataFrame({"age": range(n), "height": [None] * n, "town": ["Ulm"] * n})
    synthetic = train.with_columns(pl.col("age") + n - 3)

    assert 3 == metric(Comparison(train, train.head(60), synthetic, metadata, 7)).details["n_copies"]


@pytest.mark.parametrize("dtype", [pl.Int32(), pl.Float64(), pl.UInt8()])
def test_cells_are_the_same_however_stored(people, metadata, dtype) -> None:
    """Rows of other widths of numbers, with zeros of either sign and NaN for missing, are still copies."""
    train = people(100, 1).with_columns(
        pl.when(pl.col("age") < 40).then(0.0).otherwise(pl.col("height")).alias("height")
    )
    other = train.with_columns(
        pl.col("age").cast(dtype),
        pl.when(pl.col("height") == 0).then(-0.0).otherwise(pl.col("height")).fill_null(float("nan")).alias("height"),
        pl.col("town").cast(pl.Categorical()),
    )

    assert metric(Comparison(train, people(60, 2), other, metadata, 7)).value == 1.0


def test_cells_stand_in_their_columns() -> None:
    """The same cells in other columns are another row."""
    text = Metadata(tuple(Column(name, ColumnType.CATEGORICAL, pl.String()) for name in ("a", "b")))
    train = pl.DataFrame({"a": ["x"] * 60, "b": ["y"] * 60})
    turned = train.select(a="b", b="a")

    assert metric(Comparison(train, train, turned, text, 7)).value == 0.0


def test_without_held_back_rows_there_is_no_floor(people, metadata) -> None:
    """Copies are counted without held-back rows too, and the note says that there is nothing beside it."""
    figure = metric(Comparison(people(100, 1), None, people(100, 1), metadata, 7))

    assert (1.0, None) == (figure.value, figure.floor)
    assert "held back" in figure.note
