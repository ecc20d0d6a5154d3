"""How near are synthetic windows to those learnt from, compared with fresh ones?"""

import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import PARTS, of_parts
from lookalike.evaluation.sequences.comparison import MIN_PART, SequenceComparison
from lookalike.evaluation.sequences.windows import MIN_QUERIES, Nearness

MEANING = (
    "Distance of synthetic windows to the nearest learnt from, in that of real windows held back: 1 is as far as "
    "those, far below 1 is too near."
)
BOUNDS = (0.0, 10.0)  # so far away that more says nothing


def metric(comparison: SequenceComparison) -> Figure:
    """
    Median distance of synthetic windows to train, divided by that of held-back windows; in ``[0, 10]``.

    Higher is more private, 1 is what fresh rows have by definition; far above 1 the rows are unlike real ones.

    Source: median distance to the closest record, Park et al., arXiv:1806.03384, 2018, in units of that of a holdout.
    """
    found = comparison.nearness
    if found is None:
        note = f"Not judged: it takes {MIN_QUERIES} windows held back and synthetic."
        return Figure(None, None, "higher", MEANING, note, bounds=BOUNDS)
    usual = max(float(np.median(found.fresh)), 1e-9)
    value = _ratio(found.synthetic, usual)
    shares = [_ratio(part, usual) for part in _parts(found, comparison.seed)]
    interval = of_parts(value, shares, BOUNDS) if shares else None
    details = {"n_windows": len(found.synthetic)}
    return Figure(value, 1.0, "higher", MEANING, details=details, interval=interval, bounds=BOUNDS)


def _ratio(distances: Vector, usual: float) -> float:
    return float(np.clip(np.median(distances) / usual, *BOUNDS))


def _parts(found: Nearness, seed: int) -> list[Vector]:
    """The distances by ten parts of the units, at random; none if there are too few."""
    units = stream(seed, "evaluation", "near_ratio").permutation(np.unique(found.unit))
    size = len(units) // PARTS
    if size < MIN_PART:
        return []
    return [found.synthetic[np.isin(found.unit, units[i * size : (i + 1) * size])] for i in range(PARTS)]
