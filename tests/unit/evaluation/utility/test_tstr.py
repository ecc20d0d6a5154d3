import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.errors import MetadataError
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.utility import tstr
from lookalike.evaluation.utility.tstr import metric

METADATA = Metadata(
    (
        Column("x", ColumnType.DECIMAL, pl.Float64()),
        Column("y", ColumnType.DECIMAL, pl.Float64()),
        Column("grade", ColumnType.CATEGORICAL, pl.String()),
        Column("passed", ColumnType.BOOLEAN, pl.Boolean()),
    )
)


def _pupils(n: int, seed: int) -> pl.DataFrame:
    """x makes y, which makes the grade and whether it was passed."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.normal(size=n)
    y = x + 0.5 * rng.normal(size=n)
    grade = np.array(["c", "b", "a"])[np.digitize(y + 0.3 * rng.normal(size=n), [-0.5, 0.5])]
    return pl.DataFrame({"x": x, "y": y, "grade": grade, "passed": y + 0.5 * rng.normal(size=n) > 0})


def _apart(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(pl.col(c).shuffle(i) for i, c in enumerate(table.columns))


def _compared(synthetic: pl.DataFrame, target: str | None = None) -> Comparison:
    return Comparison(_pupils(1_000, 1), _pupils(1_000, 2), synthetic, METADATA, 7, target=target)


@pytest.mark.parametrize("target", [None, "grade", "y"])
def test_fresh_rows_teach_as_well(target: str | None) -> None:
    """Rows of the same source are near the floor, which the interval covers: two classes, three, a number."""
    figure = metric(_compared(_pupils(1_000, 3), target))

    assert abs(figure.value - figure.floor) < 0.03
    assert figure.interval[0] <= figure.floor <= figure.interval[1]
    assert figure.floor > 0.6


def test_a_copy_teaches_what_train_does() -> None:
    """A copy of train is at the floor exactly."""
    figure = metric(_compared(_pupils(1_000, 1)))

    assert figure.value == figure.floor


@pytest.mark.parametrize(("target", "guessing"), [("passed", 0.5), ("grade", 0.5), ("y", 0.0)])
def test_shuffled_columns_teach_nothing(target: str, guessing: float) -> None:
    """From columns shuffled apart nothing can be learnt but to guess."""
    figure = metric(_compared(_apart(_pupils(1_000, 3)), target))

    assert guessing == pytest.approx(figure.value, abs=0.1)
    assert figure.value < figure.floor - 0.25


@pytest.mark.parametrize(("target", "guessing"), [("passed", 0.5), ("grade", 0.5), ("y", 0.0)])
def test_a_target_that_never_varies_teaches_nothing(target: str, guessing: float) -> None:
    """Synthetic rows that all have the same target are judged as guessing."""
    same = _pupils(500, 3).with_columns(pl.col(target).first())

    assert guessing == pytest.approx(metric(_compared(same, target)).value, abs=1e-9)


def test_what_was_done_is_told() -> None:
    """Details tell target, task, who chose it and the rows; a note names a target that nobody chose."""
    figure = metric(_compared(_pupils(500, 3)))

    assert ("passed", 500, 1_000) == tuple(figure.details[k] for k in ("target", "n_rows", "n_test"))
    assert ("classification", False) == _told(figure)[:2]
    assert "'passed'" in figure.note
    assert ("regression", True, "") == _told(metric(_compared(_pupils(500, 3), "x")))


def _told(figure) -> tuple[str, bool, str]:
    return figure.details["task"], figure.details["chosen"], figure.note


@pytest.mark.parametrize(("far", "factor"), [(1e15, 1.0), (0.0, 1e290), (0.0, 1e-290)])
def test_where_numbers_lie_does_not_matter(far: float, factor: float) -> None:
    """Numbers far from zero, or of any size, are predicted as well as others."""
    plain, moved = _compared(_pupils(1_000, 3), "y"), []
    for seed in (1, 2, 3):
        moved.append(_pupils(1_000, seed).with_columns(y=far + 1e3 * factor * pl.col("y")))
    figure = metric(Comparison(*moved, METADATA, 7, target="y"))

    assert figure.value == pytest.approx(metric(plain).value, abs=0.01)


def test_a_number_out_of_all_bounds_is_no_accident() -> None:
    """One synthetic number near the largest there is leaves a figure."""
    wild = _pupils(500, 3).with_columns(y=pl.when(pl.int_range(pl.len()) == 7).then(1e308).otherwise("y"))

    assert 0.0 <= metric(_compared(wild, "y")).value <= 1.0


def test_rows_without_the_target_are_left_out() -> None:
    """Rows in which the target is missing neither teach nor test."""
    gone = pl.when(pl.int_range(pl.len()) % 2 == 0).then("passed").alias("passed")
    tables = [_pupils(400, seed).with_columns(gone) for seed in (1, 2, 3)]
    figure = metric(Comparison(*tables, METADATA, 7))

    assert (200, 200) == (figure.details["n_rows"], figure.details["n_test"])


def test_without_a_holdout_halves_of_train_stand_in() -> None:
    """Without held-back rows one half of train tests what was learnt from the other and from synthetic rows."""
    figure = metric(Comparison(_pupils(1_000, 1), None, _pupils(1_000, 3), METADATA, 7))

    assert (500, 500) == (figure.details["n_rows"], figure.details["n_test"])
    assert abs(figure.value - figure.floor) < 0.05


def test_wide_tables_are_sampled(monkeypatch) -> None:
    """Beyond the cap columns are drawn by the seed, and the note says how many."""
    monkeypatch.setattr(tstr, "MAX_COLUMNS", 2)

    assert "Of 3 other columns 2 were drawn by the seed." == metric(_compared(_pupils(500, 3), "y")).note


def test_a_class_that_is_gone_costs_its_part() -> None:
    """Synthetic rows without one of three classes are judged, and score less than those that have it."""
    whole = _pupils(1_500, 3)
    gone = metric(_compared(whole.filter(pl.col("grade") != "b"), "grade"))

    assert 0.5 < gone.value < metric(_compared(whole, "grade")).value - 0.02


def test_few_rows_are_not_judged() -> None:
    """With fewer than 50 rows to learn from there is no value, and a note that says so."""
    figure = metric(Comparison(_pupils(200, 1), _pupils(60, 2), _pupils(49, 3), METADATA, 7))

    assert (None, None) == (figure.value, figure.floor)
    assert "50 rows" in figure.note


def test_a_target_that_is_no_column_is_refused() -> None:
    """A target that is not among the columns is named."""
    with pytest.raises(MetadataError, match="'shoe size'"):
        _compared(_pupils(50, 3), "shoe size")
