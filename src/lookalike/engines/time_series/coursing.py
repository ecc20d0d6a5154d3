"""How each column is drawn, from what was learnt of it."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lookalike.engines.time_series.growing import Tree
from lookalike.engines.time_series.layout import END, Layout
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
    scale = [0.0 if n is None or n.decimals < 0 else 10.0**n.decimals for n in numbers]
    return Course(
        group[:, 0].copy(),
        group[:, 1].copy(),
        np.array([name in layout.monotone for name in layout.names], np.bool_),
        np.array([0.0 if n is None else n.low for n in numbers]),
        np.array([0.0 if n is None else n.high for n in numbers]),
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
        np.array([dial.smoothing]),
    )


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.zeros(0), *arrays])


def _ends(arrays: Sequence[Array]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
