"""How each column is drawn, from what was learnt of it."""

from collections.abc import Sequence, Sized
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lookalike.data.constraints import Less, LessEqual
from lookalike.engines.time_series.growing import Tree
from lookalike.engines.time_series.layout import END, Layout, Track
from lookalike.engines.time_series.settings import Dial
from lookalike.engines.time_series.stepping import Course
from lookalike.engines.time_series.values import Number

Array = npt.NDArray[Any]


class Learnt(Protocol):
    """What was learnt of one column of a step; see `plan.Column`."""

    @property
    def weights(self) -> Array: ...
    @property
    def intercept(self) -> float: ...
    @property
    def of_modes(self) -> tuple[Tree, ...]: ...
    @property
    def of_numbers(self) -> tuple[Tree, ...]: ...


def make_course(layout: Layout, columns: Sequence[Learnt], dial: Dial) -> Course:
    """How each column is drawn."""
    present = np.array([[bool(c.of_modes), bool(c.of_numbers)] for c in columns], np.bool_).reshape(-1, 2)
    group = np.where(present.ravel(), np.cumsum(present.ravel()) - 1, -1).reshape(-1, 2).astype(np.int64)
    numbers = [track if isinstance(track, Number) else None for track in layout.tracks]
    none = np.zeros(0)
    used = [np.flatnonzero(column.weights) for column in columns]
    known = [none if number is None else number.known for number in numbers]
    atoms = [none if number is None else number.atoms for number in numbers]
    limits = [_limits(layout, place) for place in range(len(numbers))]
    scale = [0.0 if n is None or n.decimals < 0 else 10.0**n.decimals for n in numbers]
    return Course(
        group[:, 0].copy(),
        group[:, 1].copy(),
        np.array([name in layout.monotone for name in layout.names], np.bool_),
        np.array([0.0 if n is None else _drawn(n, n.low) for n in numbers]),
        np.array([0.0 if n is None else _drawn(n, n.high) for n in numbers]),
        np.array([np.nan if n is None or n.shift is None else n.shift for n in numbers]),
        np.array(scale),
        np.array([1.0 if n is None else float(n.step) for n in numbers]),
        _joined(known),
        _ends(known),
        _joined(atoms),
        _ends(atoms),
        _joined(used).astype(np.int32),
        _joined([column.weights[own] for column, own in zip(columns, used, strict=True)]),
        _ends(used),
        np.array([column.intercept for column in columns]),
        np.array([len(layout.names) - 1 if layout.names[-1:] == (END,) else -1], np.int64),
        np.ones(1),
        np.array([(other, sign) for own in limits for other, sign, _ in own], np.int64).reshape(-1, 2),
        _ends(limits),
        np.array([shift for own in limits for _, _, shift in own], np.float64),
        np.array([dial.smoothing]),
    )


def _limits(layout: Layout, place: int) -> list[tuple[int, int, float]]:
    """Columns drawn before this one that it keeps above (1) or below (-1), and what to add to theirs."""
    found = []
    for rule in (held.rule for held in layout.rules.held if isinstance(held.rule, Less | LessEqual)):
        for name, other, sign in ((rule.columns[1], rule.columns[0], 1), (rule.columns[0], rule.columns[1], -1)):
            if layout.names[place] == name and other in layout.names[:place]:
                shift = _shift(layout.tracks[layout.track(other)], layout.tracks[place], isinstance(rule, Less))
                found += [] if shift is None else [(layout.track(other), sign, shift[0] + sign * shift[1])]
    return found


def _shift(other: Track, own: Track, strict: bool) -> tuple[float, float] | None:
    """What makes a count of one column a count of the other, and how far apart they are at least."""
    if not isinstance(other, Number) or not isinstance(own, Number):
        return None
    if (other.dtype.is_temporal() or own.dtype.is_temporal()) and other.dtype != own.dtype:
        return None  # counted in other units
    apart = float(own.step) if own.decimals == 0 else 10.0**-own.decimals if own.decimals > 0 else 0.0
    return float(other.offset - own.offset), apart if strict else 0.0


def _drawn(number: Number, counted: float) -> float:
    return float(number.drawn(np.array([counted]))[0])


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.zeros(0), *arrays])


def _ends(arrays: Sequence[Sized]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
