"""What a step is drawn from, against a plain walk back through the rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.features import (
    LEAN,
    NOW,
    OF_LEVEL,
    OF_NUMBER,
    OF_SEASON,
    OF_SPAN,
    SLOT,
    WINDOW,
    Plot,
    Rows,
    ages,
    fill_features,
    make_plot,
    ordered,
    put_past,
    sources,
)

SEASONS = np.array([4])
SPANS = np.array([3, 9])
PERIODS = np.array([7.0, 24.0])
NUMERIC = np.array([True, False, True])


def some_rows(seed: int, n: int) -> Rows:
    rng = np.random.default_rng(seed)
    modes = rng.integers(0, 3, (n, 3))
    values = rng.normal(size=(n, 3)).round(2)
    values[:, 1] = modes[:, 1]
    first = np.zeros(n, np.bool_)
    first[0] = True
    return Rows(values, modes, ages(modes, first), np.arange(n, dtype=np.float64) * 3 - 5, values.cumsum(axis=0))


def past(rows: Rows, t: int) -> list[float]:
    """The features of the past of row `t` of a sequence that begins with row 0, and the phases of the row before."""
    told: list[float] = []
    for c, numeric in enumerate(NUMERIC):
        cells = rows.values[:t, c]
        first, last = cells[0], cells[-1]
        lags = [cells[-lag] if lag <= t else first for lag in (1, 2, 3)]
        told += [*lags, first]
        if numeric:
            window = cells[-WINDOW:]
            changes = np.diff(cells)[-WINDOW:] if t > WINDOW else np.diff(cells)
            size = float(np.sqrt(np.mean(changes**2))) if len(changes) else 0.0
            mean = float(window.mean())
            told += [lags[0] - lags[1], lags[1] - lags[2], mean, last - mean, size]
            told += [rows.modes[t - 1, c], rows.ages[t - 1, c]]
            for span in SPANS:
                slow = float(cells[-span:].mean())
                told += [slow, last - slow]
        else:
            told += [rows.ages[t - 1, c]]
        for season in SEASONS:
            told += [rows.values[t - season, c] if t >= season else first]
            before = rows.values[t - season - 1, c] if t > season else None
            if numeric:
                told += [0.0 if before is None else last - before]
            else:
                told += [first if before is None else before]
    return [*told, *(rows.ticks[t - 1] % period for period in PERIODS)]


def plot(*, timed: bool, n_context: int = 2) -> Plot:
    return make_plot(NUMERIC, (SEASONS, SPANS), PERIODS, n_context, timed=timed)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 20), st.data())
def test_the_past_is_what_a_walk_back_finds(seed: int, n: int, data: st.DataObject) -> None:
    """Lags, changes, window, modes, ages and seasons are those that the rows before show; early ones use the first."""
    rows, t = some_rows(seed, n), data.draw(st.integers(1, n - 1))
    where = plot(timed=False)
    features = np.full(int(where.slot[-1]), 99.0)
    put_past(where, features, rows, 0, t, rows.values[0])
    expected = past(rows, t)

    np.testing.assert_allclose(expected, features[: len(expected)], atol=1e-9)
    assert (features[len(expected) :] == 99.0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(int(SPANS.max()) + 2, 30))
def test_a_stretch_goes_on_as_the_whole_does(seed: int, t: int) -> None:
    """With only as many rows before it as a step looks back at, a row has the features that it has in the whole."""
    rows, where = some_rows(seed, t + 1), plot(timed=False)
    memory = max(WINDOW + 1, int(SEASONS.max()) + 1, int(SPANS.max()) + 2)
    tail = Rows(*(array[t - memory : t + 1].copy() for array in rows))
    whole, part = np.zeros(int(where.slot[-1])), np.zeros(int(where.slot[-1]))
    put_past(where, whole, rows, 0, t, rows.values[0])
    put_past(where, part, tail, memory - t, t, rows.values[0])

    np.testing.assert_allclose(whole, part, atol=1e-9)


def test_a_machine_remembers_the_whole_window() -> None:
    """What a stretch keeps of the one before reaches as far back as the window's first change."""
    from types import SimpleNamespace
    from typing import Any

    from lookalike.engines.time_series.sampling import Machine

    for seasons, least in (((), WINDOW + 1), ((24,), 26)):
        layout: Any = SimpleNamespace(seasons=seasons, spans=())
        none: Any = None

        assert least == Machine(layout, none, none, 1, 1).memory


@pytest.mark.parametrize("timed", [False, True])
def test_places_do_not_overlap(timed: bool) -> None:
    """Past, calendar, context, the row's place and its cells stand one after the other, each feature once."""
    where = plot(timed=timed)
    sizes = [OF_NUMBER + 2 * OF_SPAN + OF_SEASON, OF_LEVEL + OF_SEASON, OF_NUMBER + 2 * OF_SPAN + OF_SEASON]
    free = int(where.context[0]) + 2
    cells = [set(range(int(s), int(s) + SLOT)) for s in where.slot[:-1]]
    now = set(range(int(where.now[0]), int(where.now[0]) + NOW + len(PERIODS)))

    assert np.cumsum([0, *sizes])[:-1].tolist() == where.past.tolist()
    assert sum(sizes) == where.before[0]
    assert set(range(free, int(where.slot[-1]))) == set.union(now, *cells)
    assert int(where.slot[-1]) - free == len(now) + SLOT * 3


@pytest.mark.parametrize("timed", [False, True])
def test_a_column_sees_what_is_drawn_before_it(timed: bool) -> None:
    """All cells that come later stand behind a column's own; where time is drawn, so does the calendar for it."""
    where = plot(timed=timed)

    assert (np.diff(where.slot) >= SLOT).all()
    assert timed == (where.now[0] > where.slot[0])
    assert where.now[0] < where.slot[1]


def test_features_of_rows_are_those_of_steps() -> None:
    """Features of many rows have past, context, place in time and cells at their places."""
    rows, where = some_rows(3, 12), plot(timed=False)
    context = np.array([[5.0, 6.0]])
    told = fill_features(where, rows, np.array([0]), np.array([9]), context)[0]
    now, at = int(where.now[0]), int(where.context[0])

    np.testing.assert_allclose(past(rows, 9), told[: int(where.context[0])], atol=1e-9)
    assert [5.0, 6.0] == told[at : at + 2].tolist()
    assert [9.0, rows.ticks[9] - rows.ticks[0]] == told[now : now + 2].tolist()
    for c in range(3):
        slot = int(where.slot[c])
        cell = [rows.values[9, c], rows.values[9, c] - rows.values[8, c], rows.modes[9, c], 0.0]
        assert cell == told[slot : slot + SLOT].tolist()


def test_names_are_no_numbers() -> None:
    """Modes and levels are names, told by their codes; values, changes, ages and leans are numbers."""
    where = plot(timed=False)
    told = ordered(where, np.array([True, False]))
    level, context = int(where.past[1]), int(where.context[0])

    assert [False] * 4 + [True] + [False] * 2 == told[level : level + OF_LEVEL + OF_SEASON].tolist()
    assert [True, False] == told[context : context + 2].tolist()
    assert not told[int(where.past[0]) + 9]
    assert told[int(where.slot[0]) + LEAN]
    assert [True, False] == [bool(told[int(where.slot[c])]) for c in (0, 1)]


def test_every_feature_of_a_column_names_it() -> None:
    """Features of a column's past and cells are its own; those of calendar and context nobody's."""
    where = plot(timed=False)
    told = sources(where)

    assert [17, 7, 17] == [int((told[: int(where.before[0])] == c).sum()) for c in range(3)]
    assert {-1} == set(told[int(where.before[0]) : int(where.slot[0])].tolist())
    assert [SLOT] * 3 == [int((told[int(where.slot[0]) :] == c).sum()) for c in range(3)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=30))
def test_ages_count_rows_of_the_same_mode(told: list[tuple[int, bool]]) -> None:
    """The age of a mode is 0 where it changes or a sequence begins, else one more than in the row before."""
    modes = np.array([[mode] for mode, _ in told])
    first = np.array([begins for _, begins in told])
    first[0] = True
    expected: list[int] = []
    for i in range(len(told)):
        same = not first[i] and modes[i, 0] == modes[i - 1, 0]
        expected.append(expected[-1] + 1 if same else 0)

    assert expected == ages(modes, first)[:, 0].tolist()
