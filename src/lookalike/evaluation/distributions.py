"""Real and synthetic shares of one column, binned so that no bar tells of fewer than a handful of real rows."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor, isfinite, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.metadata import ColumnType
from lookalike.evaluation.comparison import SYNTHETIC, TRAIN, Comparison, Rows
from lookalike.evaluation.encoding import Codes, EncodedColumn, Vector

N_BINS = 20  # at most about this many between the tails
N_LEVELS = 8
TAIL = 0.01  # of the real rows lie beyond either end of the inner bins
OTHER, MISSING = "other levels", "missing"

_DAY = 86_400.0
_TIME_STEPS = (1.0, 5.0, 15.0, 30.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0)
_DAY_STEPS = tuple(_DAY * d for d in (1, 2, 7, 14, 30, 60, 91, 182, 365))


@dataclass(frozen=True)
class Distribution:
    """
    Shares of a column in train and in synthetic rows, bin by bin; each side adds up to about 1.

    Attributes:
        kind: ``levels``: a bin per label. ``numbers``: `labels` are the edges between the inner bins; the first bin is
            all below the first edge, the last all from the last edge on: ``len(labels) + 1`` bins.
        real: Shares of train, from counts rounded to multiples of the comparison's `min_level_rows`.
        synthetic: Shares of the synthetic rows.
        missing: Real and synthetic share without a value; counted for ``numbers`` only, for levels it is a bin.
    """

    kind: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    missing: tuple[float, float] = (0.0, 0.0)

    def to_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self).items()}


def distribution(comparison: Comparison, column: EncodedColumn) -> Distribution | None:
    """
    How a column is spread in train and in synthetic rows; None where too few real rows would stand behind it.

    A level is named only if at least `min_level_rows` train rows share it; the others, and whatever only synthetic rows
    have, are one bin. Bins of numbers have round edges inside the 1st and 99th percentile; at least as many real rows
    lie beyond either end.
    """
    least = comparison.min_level_rows
    n_real, _, n_synthetic = comparison.n_rows
    if n_real < 4 * least or not n_synthetic:
        return None
    train, synthetic = (Rows(t, np.arange(comparison.n_rows[t])) for t in (TRAIN, SYNTHETIC))
    if column.levels is not None:
        return _levels(column.levels, train.codes(column), synthetic.codes(column), least)
    return _numbers(column, train.numbers(column), synthetic.numbers(column), least)


def _levels(levels: tuple[str, ...], train: Codes, synthetic: Codes, least: int) -> Distribution:
    counts = np.bincount(train + 1, minlength=len(levels) + 1)
    known = counts[1:]
    top = [int(i) for i in np.argsort(-known, kind="stable")[:N_LEVELS] if known[i] >= least]
    bins = np.full(len(levels) + 1, len(top))
    bins[[i + 1 for i in top]] = np.arange(len(top))
    bins[0] = len(top) + 1
    real, made = (np.bincount(bins[codes + 1], minlength=len(top) + 2) for codes in (train, synthetic))
    labels = [*(levels[i] for i in top), OTHER, MISSING]
    keep = [i for i in range(len(labels)) if i < len(top) or real[i] or made[i]]
    return Distribution(
        "levels",
        tuple(labels[i] for i in keep),
        _hushed(real[keep], len(train), least),
        _shares(made[keep], len(synthetic)),
    )


def _numbers(column: EncodedColumn, train: Vector, synthetic: Vector, least: int) -> Distribution | None:
    edges, labels = _edges(column.column.type, np.sort(train[~np.isnan(train)]), least)
    if not labels:
        return None
    real, made = (_counts(x, edges) for x in (train, synthetic))
    absent = (
        _hushed(np.isnan(train).sum(keepdims=True), len(train), least)[0],
        _shares(np.isnan(synthetic).sum(keepdims=True), len(synthetic))[0],
    )
    shares = _hushed(real, len(train), least), _shares(made, len(synthetic))
    return Distribution("numbers", labels, *shares, missing=absent)


def _edges(kind: ColumnType, values: Vector, least: int) -> tuple[Vector, tuple[str, ...]]:
    """Round edges around the bulk of sorted `values`, and how to write them; none if there are too few values."""
    if len(values) < 4 * least:
        return values[:0], ()
    beyond = max(least, int(TAIL * len(values))) - 1  # so many rows, and the one at the end itself, stay outside
    low, high = float(values[beyond]), float(values[-1 - beyond])
    step = _step(kind, (high - low) / N_BINS or abs(low) / N_BINS)
    if not isfinite(step):
        return values[:0], ()
    first = floor(low / step)
    edges: Vector = np.arange(first, max(ceil(high / step), first + 1) + 1, dtype=np.float64) * step
    return edges, tuple(_written(kind, float(e), step) for e in edges)


def _step(kind: ColumnType, least: float) -> float:
    """The next round width: 1, 2 or 5 times a power of ten, or a span of the clock or calendar."""
    if kind in (ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME, ColumnType.DURATION):
        steps = _DAY_STEPS if kind is ColumnType.DATE else _TIME_STEPS + _DAY_STEPS
        return next((s for s in steps if s >= least), ceil(least / _DAY_STEPS[-1]) * _DAY_STEPS[-1])
    if not isfinite(least):
        return least
    power = 10.0 ** floor(log10(max(least, 1e-300)))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    return max(step, 1.0) if kind is ColumnType.INTEGER or least == 0 else step


def _written(kind: ColumnType, edge: float, step: float) -> str:
    match kind:
        case ColumnType.DATE:
            return str(np.datetime64(int(edge), "s").astype("datetime64[D]"))
        case ColumnType.DATETIME:
            return str(np.datetime64(int(edge), "s").astype("datetime64[D]" if step >= _DAY else "datetime64[m]"))
        case ColumnType.TIME:
            return f"{int(edge) // 3_600:02d}:{int(edge) // 60 % 60:02d}"
        case ColumnType.DURATION:
            return str(timedelta(seconds=int(edge)))
        case _:
            return f"{edge:,.0f}" if step >= 1 and abs(edge) < 1e9 else f"{edge:.4g}"


def _counts(values: Vector, edges: Vector) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(edges, values[~np.isnan(values)], "right"), minlength=len(edges) + 1)


def _hushed(counts: NDArray[np.int64], n: int, least: int) -> tuple[float, ...]:
    """Shares of counts rounded to multiples of `least`, so that no bar shows that a single real row is there."""
    return _shares(np.floor(counts / least + 0.5) * least, n)


def _shares(counts: NDArray[Any], n: int) -> tuple[float, ...]:
    return tuple(round(float(c) / n, 4) for c in counts)
