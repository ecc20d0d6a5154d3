"""How a table's columns are told: which are drawn in a chain, which are looked up, which never change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.data.constraints import Fd
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.kinship import Copy, Kinship
from lookalike.engines.tabular.relations import Derived
from lookalike.engines.tabular.rules import Rules, load_rules
from lookalike.errors import ModelFileError
from lookalike.transforms import Scale, Transform
from lookalike.transforms.choose import load
from lookalike.transforms.numeric import Numeric
from lookalike.transforms.points import Points, load_points

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Layout:
    """
    Attributes:
        transforms: One a column, in the table's order.
        chain: Numbers of the columns that are drawn, in the order of drawing.
        derived: The columns that are looked up. One in the chain too has a shadow: it is drawn as a clue to those after
            it, of which the one that determines it is one, and then looked up. A column in neither never changes.
        rules: What rows must obey; the columns they compute are in neither.
        kinship: Cells of the chain that go with others.
        points: Places on earth that must not be train's.
    """

    metadata: Metadata
    transforms: tuple[Transform, ...]
    chain: tuple[int, ...]
    derived: tuple[Derived, ...]
    rules: Rules
    kinship: Kinship
    points: tuple[Points, ...]
    notes: tuple[str, ...]

    @cached_property
    def scales(self) -> tuple[Scale, ...]:
        """One a column of the chain."""
        return tuple(self.transforms[column].scale for column in self.chain)

    @cached_property
    def score_rows(self) -> npt.NDArray[np.int32]:
        """Per column of the chain its row in the score matrix, -1 for those without scores."""
        ordered = np.array([scale.ordered for scale in self.scales], bool)
        return np.where(ordered, np.cumsum(ordered) - 1, -1).astype(np.int32)

    @property
    def n_scores(self) -> int:
        return int(self.score_rows.max(initial=-1)) + 1

    @cached_property
    def places(self) -> dict[int, int]:
        """Where in the chain a column stands."""
        return {column: place for place, column in enumerate(self.chain)}

    @cached_property
    def shadows(self) -> dict[int, tuple[int, ...]]:
        """By the place in the chain of what determines them, the places of shadows and of what is asked for instead."""
        found: dict[int, tuple[int, ...]] = {}
        looked_up = [(derived.column, derived.determinant) for derived in self.derived]
        for dependent, determinant in (*looked_up, *self._checked):
            place, own = self.places.get(determinant, -1), self.places.get(dependent, -1)
            if 0 <= own < place:
                found[place] = (*found.get(place, ()), own)
        return found

    @property
    def _checked(self) -> Iterator[tuple[int, int]]:
        """Columns that one other determines by a rule, and that one."""
        names = self.metadata.names
        for held in self.rules.held:
            if isinstance(held.rule, Fd) and len(held.rule.determinant) == 1:
                yield names.index(held.rule.dependent), names.index(held.rule.determinant[0])

    @cached_property
    def lookups(self) -> dict[int, Derived]:
        """The derived columns by number."""
        return {derived.column: derived for derived in self.derived}


def layout_state(layout: Layout) -> tuple[dict[str, Any], Arrays]:
    """JSON and arrays from which `load_layout` makes the same layout."""
    specs: list[dict[str, Any]] = []
    arrays: Arrays = {}
    for number, transform in enumerate(layout.transforms):
        spec, own = transform.state()
        specs.append(spec)
        arrays |= {f"column.{number}.{name}": array for name, array in own.items()}
    arrays |= {f"derived.{d.column}": d.lookup for d in layout.derived}
    header = {
        "metadata": layout.metadata.to_json(),
        "transforms": specs,
        "chain": list(layout.chain),
        "derived": [[d.column, d.determinant] for d in layout.derived],
        "notes": list(layout.notes),
    }
    header["kinship"] = layout.kinship.to_json()
    header["rules"], own = layout.rules.state()
    arrays |= {f"rules.{name}": array for name, array in own.items()}
    states = [points.state() for points in layout.points]
    header["points"] = [spec for spec, _ in states]
    return header, arrays | {
        f"points.{n}.{k}": array for n, (_, kept) in enumerate(states) for k, array in kept.items()
    }


def load_layout(header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Layout:
    """
    The layout of a state.

    Raises:
        ModelFileError: numbers of columns or levels that are not there.
    """
    own: dict[str, Arrays] = {}
    for name, array in arrays.items():
        kind, _, rest = name.partition(".")
        if kind == "column":
            number, _, field = rest.partition(".")
            own.setdefault(number, {})[field] = array
    try:
        transforms = tuple(load(spec, own.get(str(n), {})) for n, spec in enumerate(header["transforms"]))
        derived = tuple(Derived(d, k, arrays[f"derived.{d}"]) for d, k in header["derived"])
        metadata, notes = Metadata.from_json(header["metadata"]), tuple(header["notes"])
        rules = load_rules(header["rules"], _under("rules.", arrays), metadata)
        kinship = Kinship.from_json(header["kinship"])
        points = tuple(load_points(spec, _under(f"points.{n}.", arrays)) for n, spec in enumerate(header["points"]))
        layout = Layout(metadata, transforms, tuple(header["chain"]), derived, rules, kinship, points, notes)
        sound = _is_sound(layout)
    except (KeyError, TypeError, ValueError, IndexError):
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: its columns do not fit together.")
    return layout


def _under(prefix: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _is_sound(layout: Layout) -> bool:
    columns = set(range(len(layout.transforms)))
    looked_up = [d.column for d in layout.derived]
    told = [*layout.chain, *looked_up]
    computed = {n for n, name in enumerate(layout.metadata.names) if name in layout.rules.computed}
    if computed & set(told) or not all(_never_changes(layout.transforms[n]) for n in columns - computed - set(told)):
        return False
    if len(layout.metadata.columns) != len(columns) or not set(told) <= columns:
        return False
    if any(len(set(numbers)) != len(numbers) for numbers in (layout.chain, looked_up)):
        return False
    if not _are_of_one_table(layout.transforms):
        return False
    return all(_is_sound_lookup(layout, d) for d in layout.derived) and _is_sound_kinship(layout)


def _are_of_one_table(transforms: tuple[Transform, ...]) -> bool:
    """Whether all numbers tell of as many rows: what decodes them takes room for each."""
    return len({t.spread.n_all for t in transforms if isinstance(t, Numeric)}) <= 1


def _never_changes(transform: Transform) -> bool:
    return transform.scale.n_codes + len(transform.scale.cell_bins) <= 1


def _is_sound_lookup(layout: Layout, derived: Derived) -> bool:
    determinant, dependent = layout.transforms[derived.determinant], layout.transforms[derived.column]
    lookup = derived.lookup
    inside = lookup.ndim == 1 and bool(((lookup >= 0) & (lookup < dependent.n_levels)).all())
    return derived.determinant in layout.chain and len(lookup) == determinant.n_levels and inside


def _is_sound_kinship(layout: Layout) -> bool:
    places = layout.places
    for tie in layout.kinship.ties:
        if not (tie.leader in places and places[tie.leader] < places.get(tie.column, -1)):
            return False
        if not 0 <= tie.code < layout.transforms[tie.column].scale.n_codes or not 0 <= tie.bin < 256:
            return False
    return all(_is_sound_copy(layout, copy) for copy in layout.kinship.copies)


def _is_sound_copy(layout: Layout, copy: Copy) -> bool:
    places = layout.places
    if not (copy.source in places and places[copy.source] < places.get(copy.column, -1)):
        return False
    both = (layout.transforms[copy.source], layout.transforms[copy.column])
    dtypes = [t.spread.dtype for t in both if isinstance(t, Numeric) and len(t.scale.cell_bins)]
    return len(dtypes) == len(both) and dtypes[0] == dtypes[1]
