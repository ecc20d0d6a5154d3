"""
What a step is drawn from: the rows before it, the first row, the calendar, the context, and the cells drawn before it.

One kernel fills the features both of the steps that trees are grown from and of those that are drawn.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled, inner

LAGS = 3
WINDOW = 6  # rows of the rolling mean and of the rolling size of changes
OF_NUMBER, OF_LEVEL, OF_SEASON = 11, 5, 2  # features of a column's past; of its past a season ago
OF_SPAN = 2  # of the mean of a number over a long span
SLOT = 4  # features of a cell of the step itself: value, change, mode, lean
VALUE, CHANGE, MODE, LEAN = 0, 1, 2, 3
NOW = 2  # row number and time since the first row; phases of the calendar come after them
BIN_MAX = 254  # codes from here on look the same to a tree

Array = npt.NDArray[Any]


class Plot(NamedTuple):
    """
    Where features stand in a vector of them.

    `numeric` bool ``(c,)``: columns that are numbers. `past` int64 ``(c,)``: first feature of a column's past. `slot`
    int64 ``(c + 1,)``: first feature of a column's cell of the step itself; the last one is the width of the vector.
    `now`, `before`, `context` int64 ``(1,)``: first feature of the row's number and the calendar, of the calendar at
    the row before (of use where steps of time are drawn), of the context. `seasons` int64 ``(s,)``: rows of a season.
    `spans` int64 ``(w,)``: rows over which slow means are taken.
    `periods` float64 ``(p,)``: ticks after which the calendar repeats. `timed` bool ``(1,)``: column 0 is the time
    since the row before, in ticks.
    """

    numeric: Array
    past: Array
    slot: Array
    now: Array
    before: Array
    context: Array
    seasons: Array
    spans: Array
    periods: Array
    timed: Array


class Rows(NamedTuple):
    """
    Rows of sequences: `values` float64, `modes` and `ages` (rows since the mode changed) int64, all ``(n, c)``; `ticks`
    float64 ``(n,)``; `sums` float64 ``(n, c)``: of the values of the sequence up to each row.
    """

    values: Array
    modes: Array
    ages: Array
    ticks: Array
    sums: Array


def make_plot(numeric: Array, seasons: tuple[Array, Array], periods: Array, n_context: int, *, timed: bool) -> Plot:
    """
    The plot of columns of which `numeric` says whether they are numbers, shape ``(c,)``; `seasons`: rows of seasons,
    and of spans.
    """
    of_seasons, of_spans = OF_SEASON * len(seasons[0]), OF_SPAN * len(seasons[1])
    sizes = np.where(numeric, OF_NUMBER + of_spans + of_seasons, OF_LEVEL + of_seasons)
    past = np.cumsum(sizes) - sizes
    before = int(sizes.sum())
    context = before + len(periods)
    free = context + n_context
    n_now, slots = NOW + len(periods), SLOT * np.arange(len(numeric) + 1)
    now = free + SLOT if timed else free
    slot = free + slots + np.where((slots > 0) | (not timed), n_now, 0)
    return Plot(
        np.asarray(numeric, np.bool_),
        past.astype(np.int64),
        slot.astype(np.int64),
        np.array([now], np.int64),
        np.array([before], np.int64),
        np.array([context], np.int64),
        np.asarray(seasons[0], np.int64),
        np.asarray(seasons[1], np.int64),
        np.asarray(periods, np.float64),
        np.array([timed]),
    )


def ordered(plot: Plot, context_ordered: Array) -> npt.NDArray[np.bool_]:
    """Which features are numbers rather than names, shape ``(f,)``."""
    told = np.ones(int(plot.slot[-1]), np.bool_)
    for column, numeric in enumerate(plot.numeric):
        past, slot = int(plot.past[column]), int(plot.slot[column])
        told[slot + MODE] = False
        if numeric:
            told[past + 9] = False
        else:
            told[past : past + LAGS + 1] = told[slot] = False
            told[past + OF_LEVEL : past + OF_LEVEL + OF_SEASON * len(plot.seasons)] = False
    context = int(plot.context[0])
    told[context : context + len(context_ordered)] = context_ordered
    return told


def sources(plot: Plot) -> npt.NDArray[np.int64]:
    """The column whose cells each feature tells of, -1 for none, shape ``(f,)``."""
    told = np.full(int(plot.slot[-1]), -1)
    ends = np.append(plot.past, plot.before[0])
    for column in range(len(plot.numeric)):
        told[plot.past[column] : ends[column + 1]] = column
        told[plot.slot[column] : plot.slot[column] + SLOT] = column
    return told


@inner
def put_past(plot: Plot, features: Array, rows: Rows, base: int, t: int, first: Array) -> None:
    """
    Fills all features that are known before a row is drawn.

    Args:
        features: float64 ``(f,)``.
        base: Where row 0 of the sequence stands, or would stand if the rows began with it.
        t: Number of the row in its sequence, at least 1.
        first: Values of row 0, float64 ``(c,)``.
    """
    values, i = rows.values, base + t
    for c in range(plot.numeric.size):
        k = plot.past[c]
        a = values[i - 1, c]
        b = values[i - 2, c] if t >= 2 else first[c]
        d = values[i - 3, c] if t >= 3 else first[c]
        features[k], features[k + 1], features[k + 2], features[k + 3] = a, b, d, first[c]
        if plot.numeric[c]:
            features[k + 4], features[k + 5] = a - b, b - d
            mean, size = _recent(values, base, t, c)
            features[k + 6], features[k + 7], features[k + 8] = mean, a - mean, size
            features[k + 9], features[k + 10] = rows.modes[i - 1, c], rows.ages[i - 1, c]
            k += OF_NUMBER
            for span in plot.spans:
                slow = _slow(rows, base, t, c, span)
                features[k], features[k + 1] = slow, a - slow
                k += OF_SPAN
        else:
            features[k + 4] = rows.ages[i - 1, c]
            k += OF_LEVEL
        for season in plot.seasons:
            features[k] = values[i - season, c] if t >= season else first[c]
            features[k + 1] = a - values[i - season - 1, c] if t > season else 0.0
            if not plot.numeric[c]:
                features[k + 1] = values[i - season - 1, c] if t > season else first[c]
            k += OF_SEASON
    put_phases(plot, features, plot.before[0], rows.ticks[i - 1])


@inner
def _recent(values: Array, base: int, t: int, c: int) -> tuple[float, float]:
    """Mean of the last rows, and the root of the mean square of their changes."""
    low = max(0, t - WINDOW)
    total, squares = 0.0, 0.0
    for j in range(low, t):
        total += values[base + j, c]
    for j in range(max(1, low), t):
        change = values[base + j, c] - values[base + j - 1, c]
        squares += change * change
    n_changes = t - max(1, low)
    return total / (t - low), np.sqrt(squares / n_changes) if n_changes > 0 else 0.0


@inner
def _slow(rows: Rows, base: int, t: int, c: int, span: int) -> float:
    """Mean of the last `span` rows, or of all if there are fewer."""
    last = base + t - 1
    if t > span:
        return (rows.sums[last, c] - rows.sums[last - span, c]) / span  # type: ignore[no-any-return]
    return (rows.sums[last, c] - rows.sums[base, c] + rows.values[base, c]) / t  # type: ignore[no-any-return]


@inner
def put_phases(plot: Plot, features: Array, at: int, tick: float) -> None:
    """Fills the phases of the calendar from feature `at` on."""
    for p in range(plot.periods.size):
        features[at + p] = tick - np.floor(tick / plot.periods[p]) * plot.periods[p]


@inner
def put_now(plot: Plot, features: Array, t: int, tick: float, start: float) -> None:
    """Fills what the row's place in time tells; `start`: tick of row 0."""
    now = plot.now[0]
    features[now], features[now + 1] = t, tick - start
    put_phases(plot, features, now + NOW, tick)


@inner
def put_cell(plot: Plot, features: Array, column: int, value: float, before: float, mode: int) -> None:
    """Fills what a cell of the row tells the columns drawn after it."""
    slot = plot.slot[column]
    features[slot] = value
    features[slot + 1] = value - before
    features[slot + 2] = mode


@compiled
def fill_features(plot: Plot, rows: Rows, base: Array, t: Array, context: Array) -> Array:
    """
    The features of given rows, float64 ``(n, f)``, but for leans.

    Args:
        base, t: int64 ``(n,)``, as for `put_past`.
        context: float64 ``(n, k)``.
    """
    told = np.zeros((base.size, plot.slot[-1]))
    for n in range(base.size):
        features, i = told[n], base[n] + t[n]
        put_past(plot, features, rows, base[n], t[n], rows.values[base[n]])
        for k in range(context.shape[1]):
            features[plot.context[0] + k] = context[n, k]
        put_now(plot, features, t[n], rows.ticks[i], rows.ticks[base[n]])
        for c in range(plot.numeric.size):
            put_cell(plot, features, c, rows.values[i, c], rows.values[i - 1, c], rows.modes[i, c])
    return told


@compiled
def sums(values: Array, first: Array) -> Array:
    """
    Of each column's values from the beginning of the sequence up to each row, float64 ``(n, c)``.

    One after the other, as rows are drawn: what differs by rounding alone would tell sequences apart.
    """
    told = values.copy()
    for i in range(1, len(values)):
        if not first[i]:
            for c in range(values.shape[1]):
                told[i, c] += told[i - 1, c]
    return told


def ages(modes: Array, first: Array) -> npt.NDArray[np.int64]:
    """Rows since each column's mode changed, 0 where it does or a sequence begins, shape ``(n, c)``."""
    rows = np.arange(len(modes))[:, None]
    changed = np.ones(modes.shape, np.bool_)
    changed[1:] = (modes[1:] != modes[:-1]) | first[1:, None]
    since: npt.NDArray[np.int64] = rows - np.maximum.accumulate(np.where(changed, rows, 0), axis=0)
    return since
