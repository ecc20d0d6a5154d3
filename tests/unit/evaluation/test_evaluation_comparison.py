import numpy as np
import pytest

from lookalike.errors import MetadataError
from lookalike.evaluation import comparison as room
from lookalike.evaluation.comparison import HOLDOUT, SYNTHETIC, TRAIN, Comparison


def test_sides_are_equally_large(people, metadata) -> None:
    """Held-back and synthetic rows come in the same number, so that both carry the same noise."""
    sides = Comparison(people(500, 1), people(60, 2), people(300, 3), metadata, 7).against_train()

    assert (500, 60, 60) == (len(sides.reference), len(sides.synthetic), len(sides.fresh or ()))


def test_against_fresh_takes_the_same_number_of_train_rows(people, metadata) -> None:
    """Against held-back rows, train rows stand in for synthetic ones, equally many."""
    sides = Comparison(people(500, 1), people(60, 2), people(300, 3), metadata, 7).against_fresh()

    assert (HOLDOUT, SYNTHETIC, TRAIN) == (sides.reference.table, sides.synthetic.table, sides.fresh.table)
    assert {60} == {len(sides.reference), len(sides.synthetic), len(sides.fresh)}


@pytest.mark.parametrize("n_holdout", [None, 10])
def test_halves_stand_in_for_a_holdout(people, metadata, n_holdout) -> None:
    """Without enough held-back rows the floor comes from two halves of train that share no row."""
    holdout = None if n_holdout is None else people(n_holdout, 2)
    sides = Comparison(people(201, 1), holdout, people(300, 3), metadata, 7).against_train()

    assert set() == set(sides.reference.index.tolist()) & set(sides.fresh.index.tolist())
    assert (101, 100, 100) == (len(sides.reference), len(sides.synthetic), len(sides.fresh))


def test_too_few_rows_have_no_floor(people, metadata) -> None:
    """Fewer than 100 real rows and no holdout: there is no floor, and the notes say so."""
    comparison = Comparison(people(99, 1), None, people(300, 3), metadata, 7)

    assert comparison.against_train().fresh is None
    assert "no fresh real rows" in comparison.notes()[0]


def test_large_tables_are_thinned_by_the_seed(people, metadata, monkeypatch) -> None:
    """A large table is thinned to a size that depends on its shape only, to the same rows for the same seed."""
    monkeypatch.setattr(room, "MAX_ROWS", 200)
    tables = people(900, 1), people(100, 2), people(300, 3)
    one, same, other = (Comparison(*tables, metadata, seed) for seed in (7, 7, 8))

    assert (200, 100, 200) == one.n_rows
    assert "drawn by the seed" in one.notes()[0]
    np.testing.assert_array_equal(one.columns[0].tables[TRAIN], same.columns[0].tables[TRAIN])
    assert one.columns[0].tables[TRAIN].tolist() != other.columns[0].tables[TRAIN].tolist()


def test_a_table_without_a_column_is_refused(people, metadata) -> None:
    """A table that lacks a column is named together with the column."""
    with pytest.raises(MetadataError, match="The synthetic table lacks column 'town'"):
        Comparison(people(9, 1), None, people(9, 1).drop("town"), metadata, 7)


def test_a_target_that_is_no_column_is_refused(people, metadata) -> None:
    """A target that is not among the columns compared is named, also if the tables have it."""
    with pytest.raises(MetadataError, match="'town' is not among the columns"):
        Comparison(people(9, 1), None, people(9, 1), metadata.select(["age"]), 7, target="town")


def test_rows_are_those_of_the_table(people, metadata, monkeypatch) -> None:
    """Rows as the table holds them are those that were encoded, also where the table was thinned."""
    monkeypatch.setattr(room, "MAX_ROWS", 200)
    comparison = Comparison(people(900, 1), None, people(300, 3), metadata, 7)
    rows = comparison.rows(TRAIN, 50, "some")

    assert rows.numbers(comparison.columns[0]).tolist() == comparison.frame(rows)["age"].to_list()


def test_what_metrics_share_is_found_once(people, metadata) -> None:
    """What several metrics ask of a comparison is worked out for the first, None as well, and anew for another one."""
    asked = []

    def find(comparison: Comparison) -> None:
        asked.append(comparison)

    one, other = (Comparison(people(9, 1), None, people(9, 2), metadata, 7) for _ in range(2))

    assert [None, None, None] == [c.once(find) for c in (one, one, other)]
    assert [one, other] == asked
