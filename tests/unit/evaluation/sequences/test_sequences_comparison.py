from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from lookalike.errors import MetadataError
from lookalike.evaluation.sequences import comparison as room
from lookalike.evaluation.sequences.comparison import HOLDOUT, TRAIN, SequenceComparison
from lookalike.evaluation.sequences.panel import Kind
from walks import STEPS, patients, series


def test_the_kind_is_seen(panel, stretches, one) -> None:
    """Sequences side by side are a panel, sequences one after the other stretches, rows without key one series."""
    assert [Kind.PANEL, Kind.STRETCHES, Kind.SERIES] == [c.kind for c in (panel, stretches, one)]


def test_rows_are_ordered_by_the_index(panel) -> None:
    """The order of the rows of a table makes no difference to what is compared."""
    mixed = replace(panel, synthetic=panel.synthetic.sample(fraction=1, shuffle=True, seed=1))

    assert sorted(panel.panels[2].lengths) == sorted(mixed.panels[2].lengths)
    assert not np.nanmin(mixed.panels[2].values[:, -1]) < 0


def test_without_an_index_rows_count_in_their_order(panel) -> None:
    """A synthetic table may lack the index: no time is compared then, and a note says so."""
    bare = replace(panel, synthetic=panel.synthetic.drop("at"))

    assert bare.panels[TRAIN].times is None
    assert "The synthetic rows have no index: they count in their order." in bare.notes()


def test_missing_columns_are_named(panel) -> None:
    """A table without a key, a value or, if real, the index is refused by name."""
    for lacking in ("who", "pulse", "at"):
        with pytest.raises(MetadataError, match=f"The holdout table lacks column '{lacking}'"):
            replace(panel, holdout=panel.holdout.drop(lacking))


def test_what_has_no_order_is_no_index(panel) -> None:
    """A column of categories cannot order rows."""
    wrong = replace(panel, index="mood")

    with pytest.raises(MetadataError, match="'mood' cannot order rows"):
        _ = wrong.panels


def test_key_of_two_columns() -> None:
    """Rows are of one sequence if they agree in all keys."""
    rows = pl.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 1, 1], "pulse": [1.0, 2.0, 3.0, 4.0]})
    comparison = SequenceComparison(rows, None, rows, ("a", "b"), None, STEPS.select(["pulse"]), 7)

    assert [1, 1, 2] == comparison.panels[TRAIN].lengths.tolist()


def test_stretches_are_no_longer_than_those_of_train(stretches) -> None:
    """A synthetic series is cut as train is."""
    whole = replace(stretches, synthetic=stretches.synthetic.with_columns(who=pl.lit(0, pl.Int64)))

    assert 60 == max(whole.panels[2].lengths)


def test_each_part_of_the_calendar_has_one_held_back(stretches) -> None:
    """Stretches are grouped in time around those held back."""
    assert list(range(8)) == stretches.panels[HOLDOUT].calendar.tolist()
    assert set(range(8)) == set(stretches.panels[TRAIN].calendar.tolist())


def test_sides(panel, one) -> None:
    """With a holdout it makes the floor; a series is held against its own stretches."""
    assert panel.against_fresh().reference is panel.panels[HOLDOUT]
    assert panel.against_train().floor == (panel.panels[TRAIN], panel.panels[HOLDOUT])
    assert one.against_fresh().reference is one.panels[TRAIN]
    assert one.halves == one.against_fresh().floor


def test_without_holdout_the_floor_is_of_halves(panel) -> None:
    """Halves of train share no sequence, and a note says that they are used."""
    alone = replace(panel, holdout=None)
    halves = alone.halves

    assert 150 == sum(map(len, halves))
    assert any("one half of the real ones" in note for note in alone.notes())


def test_large_tables_are_thinned_by_whole_sequences(monkeypatch) -> None:
    """Beyond the cap sequences are drawn by the seed, whole, and a note says so."""
    monkeypatch.setattr(room, "MAX_ROWS", 300)
    comparison = SequenceComparison(patients(60, 1), patients(20, 2), patients(60, 3), ("who",), "at", STEPS, 7)
    lengths = patients(60, 1).group_by("who").len()["len"].to_list()

    assert 250 < len(comparison.panels[TRAIN].values) <= 300
    assert set(comparison.panels[TRAIN].lengths.tolist()) <= set(lengths)
    assert any("300 rows" in note for note in comparison.notes())


def test_a_long_series_is_cut_in_forty() -> None:
    """About a fortieth of train is a stretch, in whole windows, of 48 rows at least."""
    rows = series(4_000, 1)
    comparison = SequenceComparison(rows, None, rows[:100], (), "at", STEPS, 7)

    assert {96, 64} == set(comparison.panels[TRAIN].lengths.tolist())
    assert [96, 4] == comparison.panels[2].lengths.tolist()
