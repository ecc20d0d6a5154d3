"""How a distance becomes a figure: synthetic against train, beside the same for fresh real rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import Interval, of_parts
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.panel import Panel


@dataclass(frozen=True)
class Distance:
    """
    A distance of two panels that is the mean of several.

    Attributes:
        describe: What a panel is like; computed once for each.
        compare: How far the second is from the first, a number for each of `names`; NaN where that cannot be said.
        names: Of what is averaged; NaN counts for nothing.
        bounds: What the mean is cut to.
    """

    describe: Callable[[Panel], Any]
    compare: Callable[[Any, Any], Vector]
    names: Sequence[str]
    bounds: Interval = (0.0, 1.0)


def held(comparison: SequenceComparison, distance: Distance, meaning: str, lacking: str) -> Figure:
    """
    The figure of a distance to train; lower is better.

    Args:
        lacking: What the note says where nothing can be compared.

    Returns:
        `details` holds error and floor of each part of the mean, under ``parts``.
    """
    sides = comparison.against_train()
    reference = distance.describe(sides.reference)
    found = _found(distance, reference, sides.synthetic)
    value = _mean(found, distance.bounds)
    if value is None:
        return Figure(None, None, "lower", meaning, lacking, bounds=distance.bounds)
    floor = None if sides.floor is None else _found(distance, distance.describe(sides.floor[0]), sides.floor[1])
    means = [_mean(_found(distance, reference, part), distance.bounds) for part in comparison.parts(sides.synthetic)]
    known = [m for m in means if m is not None]
    return Figure(
        value,
        None if floor is None else _mean(floor, distance.bounds),
        "lower",
        meaning,
        details={"parts": _details(distance.names, found, floor)},
        interval=of_parts(value, known, distance.bounds) if len(known) > 1 else None,
        bounds=distance.bounds,
    )


def by_column(measure: Callable[[Vector, Vector], float]) -> Callable[[Sequence[Vector], Sequence[Vector]], Vector]:
    """A distance of samples, column by column; NaN where neither side has a value."""

    def compare(reference: Sequence[Vector], other: Sequence[Vector]) -> Vector:
        pairs = zip(reference, other, strict=True)
        return np.array([measure(a, b) if len(a) or len(b) else np.nan for a, b in pairs], dtype=np.float64)

    return compare


def _found(distance: Distance, reference: Any, other: Panel) -> Vector:
    return distance.compare(reference, distance.describe(other))


def _mean(found: Vector, bounds: Interval) -> float | None:
    known = found[~np.isnan(found)]
    return float(np.clip(known.mean(), *bounds)) if len(known) else None


def _details(names: Sequence[str], found: Vector, floor: Vector | None) -> list[dict[str, Any]]:
    floors = [None] * len(found) if floor is None else [None if np.isnan(f) else float(f) for f in floor]
    rows = zip(names, found.tolist(), floors, strict=True)
    return [{"part": name, "error": error, "floor": low} for name, error, low in rows if not np.isnan(error)]
