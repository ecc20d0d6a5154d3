"""After how many rows a series repeats itself, and after how many ticks the calendar does."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.time_series.features import Rows

SEASON_MAX = 400  # rows; longer seasons are told by the calendar alone
ALIKE = 0.2  # correlation a season apart that makes a season
CYCLES = 3  # of the calendar that there must be, or its phase tells one from the other
SEASONS_MAX = 2
SPAN, SPANS = 24, 7  # rows of the shortest slow mean where there are no seasons; so many of it make the next
ROOM = 4  # spans that the middle sequence must have

Array = npt.NDArray[Any]


def find_seasons(rows: Rows, lengths: Array, numeric: Array, periods: Sequence[float], step: float) -> tuple[int, ...]:
    """
    Rows of seasons in which at least a quarter of the numbers repeats itself.

    Args:
        periods: Ticks of natural seasons.
        step: Ticks between rows.
    """
    asked = sorted({round(period / step) for period in periods if period >= 2 * step and period % step == 0})
    found = [
        n for n in asked if n <= SEASON_MAX and np.median(lengths) >= 2 * n and _repeats(rows, lengths, numeric, n)
    ]
    return tuple(found[:SEASONS_MAX])


def find_spans(lengths: Array, seasons: Sequence[int]) -> tuple[int, ...]:
    """Rows over which slow means are taken: a season and seven of them, as far as sequences are long enough."""
    base = seasons[0] if seasons else SPAN
    return tuple(n for n in (base, SPANS * base) if np.median(lengths) >= ROOM * n)


def _repeats(rows: Rows, lengths: Array, numeric: Array, season: int) -> bool:
    position = np.arange(len(rows.values)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    later = np.flatnonzero(position >= season)
    alike = [_correlation(rows.values[later, c], rows.values[later - season, c]) for c in np.flatnonzero(numeric)]
    return sum(value > ALIKE for value in alike) > 0.25 * len(alike)


def _correlation(a: Array, b: Array) -> float:
    if len(a) < 30 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std()))


def find_periods(ticks: Array, lengths: Array, periods: Sequence[float], step: float) -> tuple[float, ...]:
    """
    Those of the calendar's periods, in ticks, that are longer than a step and of which there are at least `CYCLES`:
    in all sequences together if many of them begin at different times, else in one.
    """
    span = float(ticks.max() - ticks.min()) if len(ticks) else 0.0
    return tuple(float(period) for period in periods if period > step and span >= CYCLES * period)
