"""Drawing rows one after the other: each column by a random tree of its own, from a random donor in the leaf."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled, inner
from lookalike.engines.tabular.splits import next_random
from lookalike.engines.time_series.curves import exp, log
from lookalike.engines.time_series.features import LEAN, Plot, Rows, put_cell, put_now, put_past
from lookalike.engines.time_series.forest import Forest, find_leaf
from lookalike.engines.time_series.values import ATOMS, FREE, MISSING

TRIES = 4  # draws of a number that is not to repeat the one before, until it may after all
UNIT = 1.0 / 2.0**53
LEAST = 1e-300

Array = npt.NDArray[Any]


class Course(NamedTuple):
    """
    How each column is drawn; arrays ``(c,)`` unless said.

    `by_mode`, `by_number` int64: its groups of the forest, -1 for none. `rising` bool: numbers are drawn as changes
    instead of as distances from the lean. `low`, `high` float64: what numbers are thrown back at. `logs` float64:
    what is added to a counted value before its logarithm is taken, with which steps count; NaN where they count
    with the value itself. `scale` float64: 10 to the decimals, 0 for any number. `step` float64: of whole numbers.
    `known`, `atoms` float64: values of all columns, `known_at`, `atom_at` int64 ``(c + 1,)``: where each column's
    begin. `leans` int32 and `weights` float64: features and coefficients of all ridges, `lean_at` int64 ``(c +
    1,)``, `intercepts` float64. `end` int64 ``(1,)``: the column that ends a sequence, -1 for none. `endings`
    float64 ``(e,)``: chance with which an end that was drawn in a row counts, by the row's number; the last one for
    all rows after it. `limits` int64 ``(l, 2)``: columns drawn before that a number stays above (1) or below (-1),
    and which of the two; `limit_at` int64 ``(c + 1,)``: where each column's begin; `shifts` float64 ``(l,)``: what
    is added to their values. `smoothing` float64 ``(1,)``.
    """

    by_mode: Array
    by_number: Array
    rising: Array
    low: Array
    high: Array
    logs: Array
    scale: Array
    step: Array
    known: Array
    known_at: Array
    atoms: Array
    atom_at: Array
    leans: Array
    weights: Array
    lean_at: Array
    intercepts: Array
    end: Array
    endings: Array
    limits: Array
    limit_at: Array
    shifts: Array
    smoothing: Array


class Runs(NamedTuple):
    """
    Sequences to be drawn on; arrays ``(s,)`` unless said.

    `base` int64: where row 0 stands among the rows, or would stand. `start`, `stop` int64: numbers of the rows to be
    drawn in each sequence; `start` is at least 1. `least`: rows before which a sequence does not end. `keys` uint64: of
    the sequences' random numbers. `first` float64 ``(s, c)``: values of row 0. `ticks` float64: of row 0, and `every`
    float64 ``(1,)``: ticks between rows, unless column 0 draws them. `until` float64: ticks after which no row comes,
    but for the `least`. `context` float64 ``(s, k)``. `turns` int64
    ``(n,)``: how often a row was drawn before. `lengths` int64: rows of each sequence, once it has ended.
    """

    base: Array
    start: Array
    stop: Array
    least: Array
    keys: Array
    first: Array
    ticks: Array
    every: Array
    until: Array
    context: Array
    turns: Array
    lengths: Array


By = tuple[Plot, Forest, Course]


def n_groups(course: Course) -> int:
    """How many groups of trees columns are drawn by."""
    return int((course.by_mode >= 0).sum() + (course.by_number >= 0).sum())


@compiled
def draw_rows(plot: Plot, forest: Forest, course: Course, rows: Rows, runs: Runs) -> None:
    """Fills the rows of each sequence, and its length where it ends. A row depends on its key, number and turn only."""
    features, random = np.zeros(plot.slot[-1]), np.zeros(1, np.uint64)
    for s in range(runs.base.size):
        _draw_sequence((plot, forest, course), rows, runs, s, features, random)


@inner
def _draw_sequence(by: By, rows: Rows, runs: Runs, s: int, features: Array, random: Array) -> None:
    plot, _, course = by
    timed = plot.timed[0]
    for k in range(runs.context.shape[1]):
        features[plot.context[0] + k] = runs.context[s, k]
    for t in range(runs.start[s], runs.stop[s]):
        i = runs.base[s] + t
        _seed(random, runs.keys[s], t, runs.turns[i])
        put_past(plot, features, rows, runs.base[s], t, runs.first[s])
        if not timed:
            rows.ticks[i] = runs.ticks[s] + t * runs.every[0]
            put_now(plot, features, t, rows.ticks[i], runs.ticks[s])
        for c in range(plot.numeric.size):
            _draw_cell(by, rows, features, (i, c), random)
            if timed and c == 0:
                rows.ticks[i] = rows.ticks[i - 1] + _counted(course, 0, rows.values[i, 0])
                put_now(plot, features, t, rows.ticks[i], runs.ticks[s])
        length = _ended(course, rows, runs, (s, t), random)
        if length > 0:
            runs.lengths[s] = length
            break


@inner
def _ended(course: Course, rows: Rows, runs: Runs, where: tuple[int, int], random: Array) -> int:
    """The length of a sequence that ends before or with the row just drawn, else 0."""
    s, t = where
    i, end = runs.base[s] + t, course.end[0]
    if rows.ticks[i] > runs.until[s] and t >= runs.least[s]:
        return t
    if end >= 0 and rows.modes[i, end] == 1:
        chance = course.endings[min(t, course.endings.size - 1)]
        if t + 1 >= runs.least[s] and (chance >= 1.0 or _uniform(random) < chance):
            return t + 1
        rows.modes[i, end] = 0
        rows.values[i, end] = 0.0
    return 0


@inner
def _seed(random: Array, key: int, t: int, turn: int) -> None:
    random[0] = key + np.uint64(t) * np.uint64(0xD1342543DE82EF95) + np.uint64(turn) * np.uint64(0x2545F4914F6CDD1D)
    random[0] = np.uint64(next_random(random))


@inner
def _uniform(random: Array) -> float:
    return np.float64(next_random(random) >> np.uint64(11)) * UNIT


@inner
def _below(random: Array, limit: int) -> int:
    return np.int64(_uniform(random) * limit)  # type: ignore[return-value]


@inner
def _draw_cell(by: By, rows: Rows, features: Array, where: tuple[int, int], random: Array) -> None:
    (plot, forest, course), (i, c) = by, where
    before = rows.values[i - 1, c]
    numeric = plot.numeric[c]
    mode: Any = np.int64(FREE)
    if course.lean_at[c + 1] > course.lean_at[c]:
        lean = course.intercepts[c]
        for k in range(course.lean_at[c], course.lean_at[c + 1]):
            lean += course.weights[k] * features[course.leans[k]]
        features[plot.slot[c] + LEAN] = lean - before
    if course.by_mode[c] >= 0:
        leaf = _leaf(forest, course.by_mode[c], features, random)
        start, end = forest.leaves[leaf, 0], forest.leaves[leaf, 1]
        mode = np.int64(forest.donors[start + _below(random, end - start)])
    value: float = np.float64(mode)
    if numeric:
        value = before
        if mode == FREE and course.by_number[c] >= 0:
            value = _draw_number(by, rows, features, (i, c), random)
        elif mode >= ATOMS:
            atom = course.atoms[course.atom_at[c] + mode - ATOMS]
            value = _counting(course, c, atom) if np.isfinite(atom) else before
    rows.values[i, c] = value
    rows.sums[i, c] = rows.sums[i - 1, c] + value
    rows.modes[i, c] = mode
    rows.ages[i, c] = rows.ages[i - 1, c] + 1 if mode == rows.modes[i - 1, c] else 0
    put_cell(plot, features, c, value, before, mode)


@inner
def _leaf(forest: Forest, group: int, features: Array, random: Array) -> int:
    tree = _below(random, forest.roots.shape[1])
    return find_leaf(forest, features, forest.roots[group, tree])


@inner
def _draw_number(by: By, rows: Rows, features: Array, where: tuple[int, int], random: Array) -> float:
    """A number, other than the one before where repeats are drawn as a mode."""
    (plot, forest, course), (i, c) = by, where
    before, differs, ends = rows.values[i - 1, c], course.by_mode[c] >= 0, _ends(course, rows, i, c)
    leaf = _leaf(forest, course.by_number[c], features, random)
    start, end = forest.leaves[leaf, 0], forest.leaves[leaf, 1]
    origin = before if course.rising[c] else before + features[plot.slot[c] + LEAN]
    value = before
    for _ in range(TRIES):
        donor = start + _below(random, end - start)
        residual = forest.donors[donor]
        other = donor + (1 if _uniform(random) < 0.5 else -1)
        way = course.smoothing[0] * _uniform(random)
        if start <= other < end:
            residual += way * (forest.donors[other] - residual)
        value = _within(ends, origin + residual, course.rising[c])
        value = _counting(course, c, _counted(course, c, value))
        if not differs or value != before:
            break
    return value  # type: ignore[no-any-return]


@inner
def _ends(course: Course, rows: Rows, i: int, c: int) -> tuple[float, float]:
    """Between what a number of row `i` lies: its column's ends, and numbers of the row that it keeps above or below."""
    low, high = course.low[c], course.high[c]
    for k in range(course.limit_at[c], course.limit_at[c + 1]):
        other = course.limits[k, 0]
        if rows.modes[i, other] != MISSING:
            end = _counted(course, other, rows.values[i, other]) + course.shifts[k]
            end = _counting(course, c, end)
            low, high = (max(low, end), high) if course.limits[k, 1] > 0 else (low, min(high, end))
    return low, high


@inner
def _counted(course: Course, c: int, value: float) -> float:
    """The value counted from its column's offset, on its grid, of what steps count with."""
    return _on_grid(course, c, value if np.isnan(course.logs[c]) else exp(value) - course.logs[c])


@inner
def _counting(course: Course, c: int, counted: float) -> float:
    """What steps count with instead of a value counted from its column's offset."""
    if np.isnan(course.logs[c]):
        return counted
    return log(max(counted + course.logs[c], LEAST))


@inner
def _within(ends: tuple[float, float], value: float, rising: bool) -> float:
    """Thrown back at the ends it overshoots; of a column that only rises, held there."""
    low, high = ends
    if not rising:
        if value < low:
            value = 2 * low - value
        elif value > high:
            value = 2 * high - value
    return min(max(value, low), high)


@inner
def _on_grid(course: Course, c: int, value: float) -> float:
    """The nearest known value, or the nearest one of as many decimals, or on the step."""
    start, end = course.known_at[c], course.known_at[c + 1]
    if end > start:
        place = start + np.searchsorted(course.known[start:end], value)
        if place >= end:
            return course.known[end - 1]  # type: ignore[no-any-return]
        if place > start and value - course.known[place - 1] < course.known[place] - value:
            return course.known[place - 1]  # type: ignore[no-any-return]
        return course.known[place]  # type: ignore[no-any-return]
    if course.step[c] > 1.0:
        return np.rint(value / course.step[c]) * course.step[c]  # type: ignore[no-any-return]
    if course.scale[c] > 0.0:
        return np.rint(value * course.scale[c]) / course.scale[c]  # type: ignore[no-any-return]
    return value
