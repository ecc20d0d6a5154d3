"""Drawing rows: each depends on its sequence's key, its number and its turn, and on nothing that is drawn beside it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lookalike.engines.time_series.encoding import encode_starts
from lookalike.engines.time_series.features import Rows
from lookalike.engines.time_series.sampling import Begun, _room, _runs, spread
from lookalike.engines.time_series.stepping import Course, Runs, _on_grid, _within, draw_rows
from lookalike.engines.time_series.values import Number
from stepped import model

ROWS = 8


@pytest.fixture(scope="module")
def begun() -> Begun:
    drawn = model()._begin(np.arange(6), 1, 300)
    return replace(drawn, least=np.full(6, ROWS), most=np.full(6, ROWS))


def set_out(begun: Begun, which: list[int]) -> tuple[Rows, Runs]:
    """Room for some of the sequences, one after the other, their first rows filled."""
    machine, which_ = model()._machine, np.array(which)
    arrays = (begun.numbers, begun.ticks, begun.until, begun.least, begun.most)
    some = Begun(begun.frame[which_], *(array[which_] for array in arrays))
    base = np.arange(len(which)) * ROWS
    rows = _room(machine.layout, ROWS * len(which))
    values, modes = encode_starts(some.frame, machine.layout)
    rows.values[base], rows.modes[base], rows.ticks[base], rows.sums[base] = values, modes, some.ticks, values
    stop = np.full(len(which), ROWS)
    return rows, _runs(machine, some, base, (np.ones(len(which), np.int64), stop, values), len(rows.ticks))


def draw(rows: Rows, runs: Runs) -> None:
    machine: Any = model()._machine
    draw_rows(machine.plot, machine.forest, machine.course, rows, runs)


def same(first: Rows, second: Rows, of: slice, to: slice) -> bool:
    return all(np.array_equal(a[of], b[to]) for a, b in zip(first, second, strict=True))


def test_a_sequence_does_not_depend_on_others(begun: Begun) -> None:
    """A sequence drawn alone, or among others in another order, has the same rows."""
    whole, runs = set_out(begun, [0, 1, 2, 3, 4, 5])
    draw(whole, runs)
    for which in ([3], [5, 3, 0]):
        part, some = set_out(begun, which)
        draw(part, some)
        at = which.index(3) * ROWS

        assert same(whole, part, slice(3 * ROWS, 4 * ROWS), slice(at, at + ROWS))


def test_rows_drawn_in_parts_are_the_same(begun: Begun) -> None:
    """Rows drawn on from where others ended are those that are drawn at once."""
    whole, runs = set_out(begun, [0, 1, 2])
    draw(whole, runs)
    parts, first = set_out(begun, [0, 1, 2])
    draw(parts, first._replace(stop=np.full(3, 4)))
    draw(parts, first._replace(start=np.full(3, 4)))

    assert same(whole, parts, slice(None), slice(None))


def test_another_turn_draws_another_row(begun: Begun) -> None:
    """A row drawn once more is another one; the rows before it stay as they are."""
    whole, runs = set_out(begun, [0])
    draw(whole, runs)
    again, other = set_out(begun, [0])
    other.turns[5] = 1
    draw(again, other)

    assert same(whole, again, slice(0, 5), slice(0, 5))
    assert not np.array_equal(whole.values[5], again.values[5])


def test_another_key_draws_other_rows(begun: Begun) -> None:
    """Sequences that begin alike go on differently, for they have keys of their own."""
    rows, runs = set_out(begun, [0, 0])
    runs.keys[1] += np.uint64(1)
    draw(rows, runs)

    assert same(rows, rows, slice(0, 1), slice(ROWS, ROWS + 1))
    assert not np.array_equal(rows.values[1:ROWS], rows.values[ROWS + 1 :])


def test_no_sequence_ends_before_it_may(begun: Begun) -> None:
    """A sequence has at least the least rows, and none that has ended is drawn on."""
    rows, runs = set_out(begun, [0, 1, 2, 3, 4, 5])
    draw(rows, runs._replace(least=np.full(6, 5)))

    assert (runs.lengths >= 5).all()
    for sequence, length in enumerate(runs.lengths):
        assert (rows.ticks[sequence * ROWS + length : (sequence + 1) * ROWS] == 0).all()


def test_numbers_stay_within_their_bounds_and_modes(begun: Begun) -> None:
    """Every number lies between train's least and greatest, every mode is one that its column has."""
    rows, runs = set_out(begun, [0, 1, 2, 3, 4, 5])
    draw(rows, runs)
    for place, track in enumerate(model().layout.tracks):
        values, modes = rows.values[:, place], rows.modes[:, place]

        assert ((modes >= 0) & (modes < track.n_codes)).all()
        if isinstance(track, Number):
            drawn = np.arange(len(values)) % ROWS > 0
            assert (values[drawn] <= track.high).all()
            assert (values[drawn] >= min(track.low, 0)).all()


def course(**told: Any) -> Course:
    """The course of one column between 0 and 10, with some arrays as told."""
    plain = {
        "rising": np.array([False]),
        "low": np.array([0.0]),
        "high": np.array([10.0]),
        "scale": np.array([0.0]),
        "step": np.array([1.0]),
        "known": np.zeros(0),
        "known_at": np.array([0, 0]),
    }
    whole: Course = model().course._replace(**{**plain, **told})
    return whole


@pytest.mark.parametrize(("value", "expected"), [(-3.0, 3.0), (12.0, 8.0), (5.0, 5.0), (-25.0, 10.0), (40.0, 0.0)])
def test_what_overshoots_is_thrown_back(value: float, expected: float) -> None:
    """A number beyond an end is as far within, at most at the other end."""
    assert expected == _within((0.0, 10.0), value, False)


@pytest.mark.parametrize(("value", "expected"), [(-3.0, 0.0), (12.0, 10.0), (5.0, 5.0)])
def test_what_only_rises_is_held(value: float, expected: float) -> None:
    """A number that only rises or only falls is held at an end."""
    assert expected == _within((0.0, 10.0), value, True)


GRIDS: list[tuple[dict[str, Any], float, float]] = [
    ({}, 1.2345, 1.2345),
    ({"scale": np.array([100.0])}, 1.2345, 1.23),
    ({"step": np.array([5.0]), "scale": np.array([1.0])}, 7.6, 10.0),
    ({"known": np.array([1.0, 4.0, 9.0]), "known_at": np.array([0, 3])}, 5.0, 4.0),
    ({"known": np.array([1.0, 4.0, 9.0]), "known_at": np.array([0, 3])}, 50.0, 9.0),
    ({"known": np.array([1.0, 4.0, 9.0]), "known_at": np.array([0, 3])}, -50.0, 1.0),
]


@pytest.mark.parametrize(("told", "value", "expected"), GRIDS, ids=str)
def test_numbers_are_put_on_their_grid(told: dict[str, Any], value: float, expected: float) -> None:
    """A number is rounded to its decimals or its step, or is the nearest one of the known values."""
    assert expected == _on_grid(course(**told), 0, value)


def test_rows_are_spread_over_sequences() -> None:
    """Each sequence has a row for each number from its start to its stop, none where it stops before."""
    sequence, number = spread(np.array([2, 5, 0]), np.array([4, 5, 3]))

    assert [0, 0, 2, 2, 2] == sequence.tolist()
    assert [2, 3, 0, 1, 2] == number.tolist()
