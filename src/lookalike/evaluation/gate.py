"""Whether a table may be released: limits that its figures keep, or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lookalike.evaluation import ROOM, Figure, metric_names
from lookalike.evaluation.verdict import LEAK

STANDARD = "standard"
# above fresh real rows; with 250 rows a side of the Adult sample shuffled columns are at 0.26 to 0.35
C2ST_MOST = 0.15
SHAPES_MOST, PAIRS_MOST = 0.10, 0.10

Limits = Mapping[str, float | None]
Asked = Literal["standard"] | Mapping[str, Limits]

_FIDELITY = {  # how much worse than fresh real rows, and what fresh rows have at least
    "fidelity.c2st": (C2ST_MOST, 0.5),
    "fidelity.column_shapes": (SHAPES_MOST, 0.0),
    "fidelity.pair_distances": (PAIRS_MOST, 0.0),
}


@dataclass(frozen=True)
class Gate:
    """
    A gate and what it says.

    Attributes:
        asked: ``standard``, or for figures by name their ``min`` and ``max``.
        failures: Why the table may not be released, a sentence each with figure, value and limit; empty if it may.
    """

    asked: Asked
    failures: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What keeps the table back."""
        return f"The release gate did not let the rows pass: {'; '.join(self.failures)}."

    def to_json(self) -> dict[str, Any]:
        return {"asked": self.asked, "passed": not self.failures, "failures": list(self.failures)}


def problems(
    asked: str | Mapping[str, Any] | None, *, held_back: bool, rooms: Sequence[str] = (ROOM,)
) -> Iterator[tuple[str, str]]:
    """
    Why a gate could never let anything pass: field and reason.

    Args:
        held_back: Whether there will be real rows that were not learnt from.
        rooms: Of the metrics that make the figures.
    """
    if asked == STANDARD and not held_back:
        yield "parameters.release_gate", "'standard' judges privacy, which takes real rows held back from learning"
    known = [name for room in rooms for name in metric_names(room)]
    for name in asked if isinstance(asked, Mapping) else ():
        if name not in known:
            yield f"parameters.release_gate.{name}", f"is no figure; known: {', '.join(known)}"


def judge(asked: Asked | None, figures: Mapping[str, Figure], standard: Iterable[str]) -> Gate | None:
    """
    What a gate says of some figures; None if none is asked for.

    Limits that the caller sets are held against the figures themselves; one that could not be judged keeps none.

    Args:
        standard: What the gate ``standard`` has against what the figures are of.
    """
    if asked is None:
        return None
    return Gate(asked, tuple(standard if isinstance(asked, str) else _own(asked, figures)))


def standard(figures: Mapping[str, Figure]) -> Iterator[str]:
    """
    Why the gate ``standard`` keeps rows back.

    It acquits in doubt: of each interval it takes the end that speaks for the table. Every fidelity figure that can be
    judged must be near its floor, at least one must be judged, and so must the leak of `privacy.dcr_share`.
    """
    if not _judged(figures):
        yield unjudged("fidelity.column_shapes", figures)
    yield from far_off(figures)
    yield from _leak(figures)


def far_off(figures: Mapping[str, Figure]) -> Iterator[str]:
    """Fidelity figures that even at the end of the interval that speaks for the table are not near their floor."""
    for name, figure in _judged(figures).items():
        excess, least = _FIDELITY[name]
        limit = max(figure.floor or 0.0, least) + excess
        if (figure.interval or (figure.value or 0.0,))[0] > limit:
            yield _over(name, figure, limit)


def _judged(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {name: figures[name] for name in _FIDELITY if name in figures and _is_judged(figures[name])}


def _leak(figures: Mapping[str, Figure]) -> Iterator[str]:
    dcr = figures.get("privacy.dcr_share")
    if dcr is None or dcr.value is None:
        yield unjudged("privacy.dcr_share", figures)
    elif (leak := dcr.details["leak"]) - 2 * dcr.details["leak_error"] > LEAK.fair:
        yield f"privacy.dcr_share leaks {leak:.3f} of the way to a copy, at most {LEAK.fair:.3f} may"


def _own(asked: Mapping[str, Limits], figures: Mapping[str, Figure]) -> Iterator[str]:
    for name, limits in asked.items():
        figure, low, high = figures.get(name), limits.get("min"), limits.get("max")
        if figure is None or figure.value is None:
            yield unjudged(name, figures)
        elif low is not None and figure.value < low:
            yield f"{name} is {figure.value:.3f}, at least {low:.3f} must be"
        elif high is not None and figure.value > high:
            yield _over(name, figure, high)


def _is_judged(figure: Figure) -> bool:
    return figure.value is not None and figure.floor is not None


def _over(name: str, figure: Figure, limit: float) -> str:
    return f"{name} is {figure.value:.3f}, at most {limit:.3f} may be"


def unjudged(name: str, figures: Mapping[str, Figure]) -> str:
    """That a figure could not be judged, and why."""
    note = figures[name].note.removeprefix("Not judged: ").rstrip(".") if name in figures else ""
    return f"{name} could not be judged" + (f" ({note})" if note else "")
