"""How sequences are told, as JSON and arrays and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.sequences.rhythm import Rhythm
from lookalike.data.sequences.roles import Roles
from lookalike.data.sequences.wide import Widening
from lookalike.engines.tabular.rules import load_rules
from lookalike.engines.time_series.layout import Clue, Layout, Lengths, Lookup, Track
from lookalike.engines.time_series.levels import LEVEL
from lookalike.engines.time_series.stepping import Course
from lookalike.engines.time_series.values import Levels, load_number
from lookalike.errors import InputRefused, ModelFileError
from lookalike.transforms import Transform
from lookalike.transforms.choose import load
from lookalike.transforms.levels import levels_from_state, levels_state

Array = npt.NDArray[Any]
Arrays = dict[str, Array]

DAMAGED = (  # what parts that do not fit together raise
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    InputRefused,
    pl.exceptions.PolarsError,
)
ROWS_MAX = 2**31  # of a sequence
EXACT = 2**53  # ticks up to here are whole numbers


class _Writer:
    """Collects specs and, under names of their own, arrays."""

    def __init__(self) -> None:
        self.arrays: Arrays = {}

    def put(self, prefix: str, state: tuple[Mapping[str, Any], Mapping[str, Array]]) -> dict[str, Any]:
        spec, own = state
        self.arrays |= {f"{prefix}.{name}": array for name, array in own.items()}
        return dict(spec)


def layout_state(layout: Layout) -> tuple[dict[str, Any], Arrays]:
    """JSON and arrays from which `load_layout` makes the same layout."""
    to = _Writer()
    header: dict[str, Any] = {
        "metadata": layout.metadata.to_json(),
        "roles": vars(layout.roles),
        "rhythm": layout.rhythm.to_json(),
        "names": list(layout.names),
        "tracks": [to.put(f"track.{n}", _track_state(track)) for n, track in enumerate(layout.tracks)],
        "still": {name: to.put(f"still.{name}", t.state()) for name, t in layout.still.items()},
        "keys": {name: to.put(f"key.{name}", t.state()) for name, t in layout.keys.items()},
        "derived": {
            name: [d.determinant, to.put(f"derived.{name}", d.transform.state())] for name, d in layout.derived.items()
        },
        "rules": to.put("rules", layout.rules.state()),
        "seasons": list(layout.seasons),
        "spans": list(layout.spans),
        "periods": list(layout.periods),
        "monotone": dict(layout.monotone),
        "widening": None if layout.widening is None else layout.widening.to_json(),
        "given": layout.given.to_json(),
        "mean": layout.lengths.mean,
        "clues": [_clue_state(clue, to) for clue in layout.clues],
        "notes": list(layout.notes),
    }
    lookups = {f"lookup.{name}": d.lookup for name, d in layout.derived.items()}
    lengths = {"seen": layout.lengths.seen, "until": np.array([layout.lengths.span, layout.lengths.last])}
    return header, to.arrays | lookups | lengths


def _track_state(track: Track) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    return track.transform.state() if isinstance(track, Levels) else track.state()


def _clue_state(clue: Clue, to: _Writer) -> dict[str, Any]:
    levels = None if clue.levels is None else to.put(f"clue.{clue.name}", levels_state(clue.levels))
    return {"name": clue.name, "levels": levels, "middle": clue.middle}


def load_layout(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Layout:
    """
    The layout of a state.

    Raises:
        ModelFileError: it is none, or its parts do not fit together.
    """
    try:
        layout = _loaded(header, arrays)
        sound = _is_sound(layout)
    except DAMAGED:
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: its columns do not fit together.")
    return layout


def _loaded(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Layout:
    metadata = Metadata.from_json(header["metadata"])
    roles: Any = {name: value if name == "index" else tuple(value) for name, value in header["roles"].items()}
    return Layout(
        metadata=metadata,
        roles=Roles(**roles),
        rhythm=Rhythm.from_json(header["rhythm"]),
        names=tuple(header["names"]),
        tracks=tuple(_track(spec, _under(f"track.{n}.", arrays)) for n, spec in enumerate(header["tracks"])),
        still={name: load(spec, _under(f"still.{name}.", arrays)) for name, spec in header["still"].items()},
        keys={name: load(spec, _under(f"key.{name}.", arrays)) for name, spec in header["keys"].items()},
        derived={
            name: Lookup(determinant, load(spec, _under(f"derived.{name}.", arrays)), arrays[f"lookup.{name}"])
            for name, (determinant, spec) in header["derived"].items()
        },
        rules=load_rules(header["rules"], _under("rules.", arrays), metadata),
        seasons=tuple(int(n) for n in header["seasons"]),
        spans=tuple(int(n) for n in header["spans"]),
        periods=tuple(float(p) for p in header["periods"]),
        monotone={name: 1 if sign > 0 else -1 for name, sign in header["monotone"].items()},
        widening=None if header["widening"] is None else Widening.from_json(header["widening"]),
        given=Metadata.from_json(header["given"]),
        lengths=Lengths(arrays["seen"], float(header["mean"]), *map(float, arrays["until"])),
        clues=tuple(_clue(spec, arrays) for spec in header["clues"]),
        notes=tuple(header["notes"]),
    )


def _track(spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> Track:
    if spec["kind"] == "number":
        return load_number(spec, arrays)
    transform: Transform = load(spec, arrays)
    return Levels(transform)


def _clue(spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> Clue:
    name, told = spec["name"], spec["levels"]
    levels = None if told is None else levels_from_state(told, _under(f"clue.{name}.", arrays))
    return Clue(name, levels, float(spec["middle"]))


def _under(prefix: str, arrays: Mapping[str, Array]) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _is_sound(layout: Layout) -> bool:
    told = {*layout.names, *layout.still, *layout.keys, *layout.derived, *layout.rules.computed, *layout.roles.context}
    if layout.roles.index is not None:
        told.add(layout.roles.index)
    seen = layout.lengths.seen
    seasons = all(0 < n < 2**31 for n in (*layout.seasons, *layout.spans)) and all(
        0 < p < np.inf for p in layout.periods
    )
    lengths = seen.ndim == 1 and len(seen) > 0 and seen.dtype == np.int64 and bool((np.diff(seen) >= 0).all())
    lengths = lengths and 1 <= seen[0] <= layout.lengths.mean <= seen[-1] < ROWS_MAX
    looked_up = all(_fits(layout, lookup) for lookup in layout.derived.values())
    counts = len(layout.names) == len(layout.tracks) == len(set(layout.names))
    counts = counts and all(_sees(layout, clue) for clue in layout.clues)
    return counts and seasons and lengths and looked_up and _is_rhythm(layout) and set(layout.metadata.names) <= told


def _sees(layout: Layout, clue: Clue) -> bool:
    """Whether a clue is of a column whose cells it can be told of."""
    if clue.name.startswith(LEVEL):  # about where a number of the sequence stays
        return clue.levels is None and clue.name.removeprefix(LEVEL) in layout.names
    if clue.name not in layout.metadata.names:
        return False
    column = layout.metadata[clue.name]
    if clue.levels is None:
        return not column.is_text
    return column.dtype == clue.levels.dtype and clue.levels.n_unique() == len(clue.levels)


def _is_rhythm(layout: Layout) -> bool:
    """Whether ticks are counted as they can be, and are drawn where rows have no step of their own."""
    rhythm = layout.rhythm
    counts = all(isinstance(n, int) for n in (rhythm.origin, rhythm.every, 1 if rhythm.step is None else rhythm.step))
    index = rhythm.dtype if layout.roles.index is None else layout.metadata[layout.roles.index].dtype
    return (
        counts
        and abs(rhythm.origin) < 2**63
        and 1 <= rhythm.every < EXACT
        and (rhythm.step is None or 1 <= rhythm.step < EXACT)
        and layout.timed == (rhythm.step is None)
        and rhythm.dtype == index
    )


def _fits(layout: Layout, lookup: Lookup) -> bool:
    track = layout.tracks[layout.track(lookup.determinant)]
    levels = lookup.lookup
    if not isinstance(track, Levels) or len(levels) < track.transform.n_levels or levels.dtype != np.int32:
        return False
    return bool(((levels >= 0) & (levels < lookup.transform.n_levels)).all())


def course_arrays(course: Course) -> Arrays:
    """Named arrays from which `load_course` makes the same."""
    return {f"course.{name}": _plain(array) for name, array in course._asdict().items()}


def _plain(array: Array) -> Array:
    return array.astype(np.uint8) if array.dtype == np.bool_ else array


_WHOLE = ("by_mode", "by_number", "known_at", "atom_at", "lean_at", "end")
_FLOATS = ("low", "high", "scale", "step", "known", "atoms", "weights", "intercepts", "endings", "smoothing")
_DTYPES = {
    "rising": np.dtype(np.uint8),
    "leans": np.dtype(np.int32),
    **dict.fromkeys(_WHOLE, np.dtype(np.int64)),
    **dict.fromkeys(_FLOATS, np.dtype(np.float64)),
}


def load_course(arrays: Mapping[str, Array], layout: Layout) -> Course:
    """
    How columns are drawn; a KeyError or ValueError where the arrays do not fit the layout.
    """
    told = {name: arrays[f"course.{name}"] for name in Course._fields}
    if any(told[name].dtype != dtype for name, dtype in _DTYPES.items()):
        raise ValueError("dtypes")
    told["rising"] = told["rising"].astype(np.bool_)
    course = Course(**told)
    if not _is_course(course, layout):
        raise ValueError("course")
    return course


def _is_course(course: Course, layout: Layout) -> bool:
    n_columns = len(layout.names)
    single = ("by_mode", "by_number", "rising", "low", "high", "logs", "scale", "step", "intercepts")
    flat = ("known", "atoms", "leans", "weights", "endings")
    if any(getattr(course, name).shape != (n_columns,) for name in single) or course.end.shape != (1,):
        return False
    if any(getattr(course, name).ndim != 1 for name in flat) or not _is_end(course, layout):
        return False
    pairs = (
        (course.known_at, course.known),
        (course.atom_at, course.atoms),
        (course.lean_at, course.leans),
        (course.limit_at, course.limits),
    )
    if not all(_are_offsets(at, len(whole), n_columns) for at, whole in pairs) or course.smoothing.shape != (1,):
        return False
    plain = (course.weights, course.intercepts, course.scale, course.step, course.smoothing)
    if len(course.weights) != len(course.leans) or not all(np.isfinite(array).all() for array in plain):
        return False
    if not all(_is_of(track, course, place) for place, track in enumerate(layout.tracks)):
        return False
    if not _are_limits(course, n_columns):
        return False
    owner = np.repeat(np.arange(n_columns), np.diff(course.lean_at))
    own = course.leans < layout.plot.slot[owner]
    groups = np.concatenate([course.by_mode, course.by_number])
    order = np.sort(groups[groups >= 0])
    return bool((own & (course.leans >= 0)).all()) and bool((order == np.arange(len(order))).all())


def _are_limits(course: Course, n_columns: int) -> bool:
    """Whether each limit is a column drawn before the one that it is of."""
    limits, shifts = course.limits, course.shifts
    if limits.dtype != np.int64 or limits.shape != (len(shifts), 2) or shifts.ndim != 1:
        return False
    owner = np.repeat(np.arange(n_columns), np.diff(course.limit_at))
    return bool(((limits[:, 0] >= 0) & (limits[:, 0] < owner)).all()) and bool(np.isfinite(shifts).all())


def _is_end(course: Course, layout: Layout) -> bool:
    """Whether the column that ends sequences is the last one, if there is one, and chances are chances."""
    chances = course.endings
    ends = int(course.end[0]) == (len(layout.names) - 1 if layout.ended else -1)
    return ends and len(chances) > 0 and bool(((chances >= 0) & (chances <= 1)).all())


def _is_of(track: Track, course: Course, place: int) -> bool:
    """Whether a column is drawn within the bounds, and from the values, that its track has."""
    known, atoms = (
        whole[at[place] : at[place + 1]]
        for whole, at in ((course.known, course.known_at), (course.atoms, course.atom_at))
    )
    if isinstance(track, Levels):
        return len(known) == len(atoms) == 0
    low, high = track.drawn(np.array([track.low, track.high]))
    bounds = (course.low[place], course.high[place], course.step[place]) == (low, high, track.step)
    shift = np.nan if track.shift is None else track.shift
    bounds = bounds and np.array_equal(course.logs[place], shift, equal_nan=True)
    return bounds and np.array_equal(known, track.known) and np.array_equal(atoms, track.atoms, equal_nan=True)


def _are_offsets(at: Array, n_whole: int, n_columns: int) -> bool:
    return at.shape == (n_columns + 1,) and at[0] == 0 and at[-1] == n_whole and bool((np.diff(at) >= 0).all())
