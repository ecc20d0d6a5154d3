import numpy as np
import pytest

from lookalike.evaluation.sequences.panel import TIME_STEP, Layout, Panel, with_time_step

LAYOUT = Layout(("x",), (0,), 1)


@pytest.fixture
def rows() -> Panel:
    """Units of 3, 1 and 5 rows, numbered through."""
    values = np.arange(9.0)[:, None]
    return Panel(LAYOUT, values, 10 * np.arange(9.0), np.array([3, 1, 5]), np.array([0, 1, 2]))


def test_rows_know_their_unit_and_place(rows) -> None:
    """The unit of each row, its place in it, and the first row of each unit."""
    assert [0, 0, 0, 1, 2, 2, 2, 2, 2] == rows.unit.tolist()
    assert [0, 1, 2, 0, 0, 1, 2, 3, 4] == rows.position.tolist()
    assert [0, 3, 4] == rows.first.tolist()


def test_units_are_taken_in_the_order_given(rows) -> None:
    """The rows, times and calendar of the named units, and no others."""
    taken = rows.take(np.array([2, 0]))

    assert [4, 5, 6, 7, 8, 0, 1, 2] == taken.values[:, 0].tolist()
    assert [5, 3] == taken.lengths.tolist()
    assert [2, 0] == taken.calendar.tolist()
    assert 0 == len(rows.take(np.zeros(0, np.int64)).values)


def test_units_are_cut(rows) -> None:
    """No unit is longer than asked, what is left is one of its own."""
    assert [2, 1, 1, 2, 2, 1] == rows.cut(2).lengths.tolist()
    assert [0, 0, 1, 2, 2, 2] == rows.cut(2).calendar.tolist()


def test_pairs_and_windows_stay_in_their_unit(rows) -> None:
    """No pair and no window spans two units."""
    now, before = rows.pairs(2)

    assert [[2, 0], [6, 4], [7, 5], [8, 6]] == np.column_stack([now, before]).tolist()
    assert [0, 4, 5, 6] == rows.windows(3).tolist()
    assert [0, 4, 6] == rows.windows(3, 2).tolist()
    assert [[4, 5, 6]] == rows.at(np.array([4]), 3)[:, :, 0].tolist()


def test_the_time_step_starts_anew_in_each_unit(rows) -> None:
    """The step is the time since the row before, missing in the first row; without times there is none."""
    stepped = with_time_step(rows)

    assert TIME_STEP == stepped.layout.names[-1]
    assert [True, False, False, True, True] == np.isnan(stepped.values[:5, 1]).tolist()
    assert 10 == stepped.values[1, 1]
