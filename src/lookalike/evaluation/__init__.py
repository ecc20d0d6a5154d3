"""
How near synthetic data is to real data, and how far from real people; every figure beside that of fresh real rows.

Parts live in ``fidelity/``, ``utility/``, ``privacy/``; a part exports `metric` (see `Metric`). Its public name is
``family.file``, e.g. ``fidelity.c2st``.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from lookalike import plugins

if TYPE_CHECKING:
    from lookalike.evaluation.comparison import Comparison

Direction = Literal["lower", "higher", "half", "floor"]
FAMILIES = ("fidelity", "utility", "privacy")


ROOM = "lookalike.evaluation"
ROOMS = {  # of the metrics of each data type: a table may have texts, and texts columns beside them
    "tabular": (ROOM, f"{ROOM}.texts"),
    "text": (f"{ROOM}.texts", ROOM),
    "time_series": (f"{ROOM}.sequences",),
}


def metric_names(room: str = ROOM) -> tuple[str, ...]:
    """Public names of all metrics of a room, ``family.file``, by family and then by name."""
    return tuple(f"{family}.{name}" for family in FAMILIES for name in plugins.names(f"{room}.{family}"))


@dataclass(frozen=True)
class Figure:
    """
    One figure of a report.

    Attributes:
        value: What was measured on synthetic rows; None where it cannot be judged, then `note` says why.
        floor: The same measured with held-back real rows in their place: the best one can honestly have.
        direction: Which values are good: ``lower``, ``higher``, ``half`` (0.5 is ideal), or ``floor`` (the floor is).
        bounds: The least and the most that it can be.
        interval: Where `value` would lie in 95 of 100 draws of the rows; None where it has no value, or too few rows.
        meaning: One sentence for a reader who is no statistician.
        note: What limits this figure here; empty if nothing does.
        details: What the figure is made of, as JSON: per column, per pair. Names and numbers only, never a cell.
    """

    value: float | None
    floor: float | None
    direction: Direction
    meaning: str
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    interval: tuple[float, float] | None = None
    bounds: tuple[float, float] = (0.0, 1.0)


class Metric(Protocol):
    def __call__(self, comparison: "Comparison") -> Figure:
        """The figure of one comparison; deterministic in its tables and seed."""


def measured(
    comparison: Any, room: str = ROOM, *, at_once: int = 1, only: Collection[str] | None = None
) -> dict[str, Figure]:
    """
    The figures of a comparison of the kind that the room's metrics take, by name.

    Args:
        at_once: How many are measured side by side; no figure depends on it. LightGBM must not run beside itself.
        only: Their names; None: all of the room.
    """
    names = [name for name in metric_names(room) if only is None or name in only]
    with ThreadPoolExecutor(at_once) as pool:
        found = {
            name: pool.submit(_metric(room, name), comparison)
            for name in sorted(names, key=lambda name: -FAMILIES.index(name.partition(".")[0]))  # the dearest first
        }
        return {name: found[name].result() for name in names}


def _metric(room: str, name: str) -> Metric:
    family, _, file = name.rpartition(".")
    metric: Metric = plugins.part(f"{room}.{family}", file).metric
    return metric
