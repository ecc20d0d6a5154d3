import json

import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity.rare_levels import metric

METADATA = Metadata((Column("town", ColumnType.CATEGORICAL, pl.String()),))


def _towns(n: int, **rare: int) -> pl.DataFrame:
    """So many towns, those named as often as it says, all others the same, well mixed."""
    towns = [*(name for name, k in rare.items() for _ in range(k)), *["Ulm"] * (n - sum(rare.values()))]
    return pl.DataFrame({"town": towns}).sample(fraction=1, shuffle=True, seed=1)


def test_rare_levels_that_are_there_are_right() -> None:
    """With every rare level as frequent as in train, value and floor are 0 and none is missed."""
    table = _towns(2_000, Bonn=8, Jena=12)
    figure = metric(Comparison(table, table, table, METADATA, 7))

    assert (0.0, 0.0) == (figure.value, figure.floor)
    assert (2, 2) == (figure.details["n_rare"], figure.details["n_present"])


def test_levels_that_are_gone_show() -> None:
    """Synthetic rows without any rare level are at 1, the floor is not."""
    table = _towns(2_000, Bonn=8, Jena=12)
    figure = metric(Comparison(table, table, _towns(2_000), METADATA, 7))

    assert (1.0, 0.0, 0) == (figure.value, figure.floor, figure.details["n_present"])


def test_shares_that_are_off_show() -> None:
    """The distance is the difference of the shares over their sum, whichever is larger."""
    train = _towns(2_000, Bonn=8, Jena=12)
    figure = metric(Comparison(train, train, _towns(2_000, Bonn=24, Jena=12), METADATA, 7))

    assert 16 / 56 == pytest.approx(figure.value)


def test_a_level_that_is_protected_is_not_missed() -> None:
    """Levels of fewer than `min_level_rows` train rows are not rare but guarded; those of 1 % are not rare."""
    train = _towns(2_000, Bonn=4, Jena=20)
    figure = metric(Comparison(train, train, _towns(2_000), METADATA, 7))

    assert (None, 0) == (figure.value, figure.details["n_rare"])
    assert "No level is rare" in figure.note


def test_made_up_levels_are_counted() -> None:
    """Cells with a level that train lacks are told as a share, and no level is named."""
    train = _towns(2_000, Bonn=8)
    figure = metric(Comparison(train, train, _towns(2_000, Bonn=8, Atlantis=100), METADATA, 7))

    assert (0.05, 0.0) == (pytest.approx(figure.details["made_up"]), figure.details["made_up_floor"])
    assert not {"Atlantis", "Bonn", "Ulm"} & {*json.dumps(figure.details).split('"')}


def test_fresh_rows_are_at_the_floor() -> None:
    """Random rows of one source are about as far off as fresh ones, and most draws lie in the interval of one."""
    source = _towns(40_000, Bonn=200, Jena=300, Kiel=120)
    train, holdout, *others = (source.sample(4_000, seed=seed) for seed in range(12))
    figures = [metric(Comparison(train, holdout, synthetic, METADATA, 7)) for synthetic in others]
    low, high = figures[0].interval

    assert abs(figures[0].value - figures[0].floor) < 0.15
    assert sum(low <= figure.value <= high for figure in figures) >= 8


def test_numbers_have_no_levels(people, metadata) -> None:
    """Without a column of levels it is not judged, and the note says why."""
    figure = metric(Comparison(people(90, 1), None, people(90, 1), metadata.select(["age"]), 7))

    assert figure.value is None
    assert "no columns of levels" in figure.note
