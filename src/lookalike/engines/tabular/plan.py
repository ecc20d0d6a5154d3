"""The first pass over a table: transforms, relations, the order of the chain, and the table as numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.asking import Asking
from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.streams import stream
from lookalike.engines import NOWHERE, Kept
from lookalike.engines.tabular.chain import grown_state, load_grown, make_chain
from lookalike.engines.tabular.coded import Coded
from lookalike.engines.tabular.directions import make_design
from lookalike.engines.tabular.donors import TAGS
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.finding.kin import find_kinship
from lookalike.engines.tabular.kinship import SOURCES_MAX
from lookalike.engines.tabular.layout import Layout, layout_state, load_layout
from lookalike.engines.tabular.model import Model, load_asking
from lookalike.engines.tabular.rules.relating import Related, relate
from lookalike.engines.tabular.settings import FEATURES_MAX, SMALL_ROWS, Dial, dial
from lookalike.engines.tabular.tree import Cells, Ground, Grown, grow_trees
from lookalike.engines.tabular.wishes.asked import named, refuse_unfit
from lookalike.errors import InputRefused, ModelFileError
from lookalike.transforms import BIN_MAX, Encoded, Scale, Transform, normal
from lookalike.transforms.choose import Fitted, fit
from lookalike.transforms.numeric import Numeric
from lookalike.transforms.points import fit_points
from lookalike.transforms.surveyed import Rare, Surveyed, has_levels
from lookalike.transforms.unlearnt import knowing_all

KIND, GROUP_KIND = "tabular plan", "tabular group"
FIRST = ("conditions", "fairness", "rebalance")  # wishes whose columns are drawn before all others
GROUP_CELLS = 10_000_000  # rows times visible columns that take about a second

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Plan:
    """See `engines.Plan`. `absent`: codes of missing cells, by places of columns that never have any."""

    layout: Layout
    coded: Coded
    dial: Dial
    seed: int
    asking: Asking
    absent: Mapping[int, int]

    def knowing(self, surveyed: Surveyed) -> "Plan":
        """The plan of which no made-up cell and no place of any row that was surveyed will come out."""
        columns = zip(self.layout.transforms, self.layout.metadata.columns, strict=True)
        transforms = tuple(surveyed.knowing(transform, column) for transform, column in columns)
        points = surveyed.points(self.layout.points)
        return replace(self, layout=replace(self.layout, transforms=transforms, points=points))

    @property
    def n_groups(self) -> int:
        return len(self._groups)

    def fit_group(self, group: int, kept: Kept = NOWHERE) -> bytes:
        """See `engines.Plan.fit_group`: the trees of a run of the chain."""
        columns = self._groups[group]
        grown = {column: grown_state(grow_trees(self._ground, column, self._cells(column))) for column in columns}
        arrays = {f"{column}.{name}": array for column, own in grown.items() for name, array in own.items()}
        return pack(GROUP_KIND, {"columns": list(columns)}, arrays)

    def join(self, groups: Iterable[bytes]) -> Model:
        """See `engines.Plan.join`."""
        chain = make_chain(self.layout, self._grown(groups), self._bounds())
        model = Model(self.layout, chain, self.seed, asking=self.asking)
        refined = self.dial.refined and self.layout.chain  # where nothing varies, nothing tells rows apart
        return model.refined(self._real_bins()) if refined else model

    def _grown(self, groups: Iterable[bytes]) -> Iterator[Grown]:
        """The columns of all groups, in the order of the chain."""
        for columns, value in zip(self._groups, groups, strict=True):
            header, arrays = unpack(GROUP_KIND, value)
            if header.get("columns") != list(columns):
                raise ModelFileError("A fitted group is not the one asked for.", hint="Fit the groups of this plan.")
            for column in columns:
                yield load_grown(_own(arrays, column), self.dial.trees)

    def _real_bins(self) -> Array:
        """Bins of train rows, uint8 ``(n, c)``; cells that no drawn row shows are taken from other rows."""
        bins = np.ascontiguousarray(self.coded.bins.T)
        for place, scale in enumerate(self.layout.scales):
            codes = self.coded.codes[place]
            never = (codes == scale.n_codes) | (codes == self.absent.get(place, scale.n_codes))
            if never.any() and not never.all():
                others = stream(self.seed, "never shown", place).choice(bins[~never, place], int(never.sum()))
                bins[never, place] = others
        return bins

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        coded = {"bins": self.coded.bins, "scores": self.coded.scores, "tags": self.coded.tags}
        coded |= {f"codes.{number}": codes for number, codes in enumerate(self.coded.codes)}
        header |= {
            "dial": vars(self.dial),
            "seed": self.seed,
            "asking": self.asking.model_dump(mode="json"),
            "absent": list(self.absent.items()),
        }
        return pack(KIND, header, arrays | {f"coded.{name}": array for name, array in coded.items()})

    @cached_property
    def _ground(self) -> Ground:
        scales = self.layout.scales
        design = make_design(self.coded, scales)
        return Ground(self.coded, scales, design, self.layout.shadows, self.dial, self.seed)

    def _cells(self, column: int) -> Cells:
        """Of a column of the chain, without the rows where a leader, or the caller, tells that they are not missing."""
        number, codes = self.layout.chain[column], self.coded.codes[column].astype(np.int32)
        tie, rows = self.layout.kinship.tie(number), np.arange(self.coded.bins.shape[1], dtype=np.int32)
        if column in self.absent:
            rows = rows[codes != self.absent[column]]
        if tie is not None:
            rows = rows[self.coded.bins[self.layout.places[tie.leader]] != tie.bin]
        return Cells(codes, rows)

    @cached_property
    def _groups(self) -> tuple[range, ...]:
        n_rows = self.coded.bins.shape[1]
        work = [n_rows * (min(column, FEATURES_MAX) + 1) for column in range(len(self.layout.chain))]
        number = np.cumsum([0, *work[:-1]])[: len(work)] // GROUP_CELLS
        edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(work)]
        return tuple(range(a, b) for a, b in pairwise(edges))

    def _bounds(self) -> Array:
        bounds = np.zeros((len(self.layout.chain), 2), np.float32)
        for column, row in enumerate(self.layout.score_rows):
            if row >= 0:
                codes = self.coded.codes[column]
                scores = self.coded.scores[row][(codes < 0) | (codes > self.layout.scales[column].n_codes)]
                bounds[column] = (scores.min(), scores.max()) if len(scores) else 0.0
        return bounds


def make_plan(
    table: pl.DataFrame,
    metadata: Metadata,
    parameters: TabularParameters,
    seed: int,
    conditions: pl.DataFrame | None = None,
    surveyed: Surveyed | None = None,
) -> Plan:
    """
    The plan of a table's rows.

    Args:
        conditions, surveyed: See `engines.Synthesizer.prepare`.

    Raises:
        InputRefused: no rows or no columns.
        InputInvalid: what is asked for does not fit the columns.
        MetadataError: a column that is not as the metadata say.
    """
    if not table.width or not table.height:
        raise InputRefused("The table has no rows or no columns.")
    refuse_unfit(parameters.asking, metadata, conditions)
    wishes = named(parameters.asking, conditions)
    asked = list(dict.fromkeys(name for what in FIRST for name in wishes[what]))
    whole = table.select(metadata.names)
    table = learnt_from(whole, parameters.fit_rows, seed)
    common = _common(whole, table, metadata, parameters.min_level_rows, surveyed)
    fitted = _fitted(whole, table, metadata, (parameters.min_level_rows, common), seed)
    related = relate(table, metadata, fitted, parameters, frozenset({*asked, *wishes["impute"]}))
    chain = _chain(fitted, [metadata.names.index(name) for name in asked], related)
    fitted = _thinned(fitted, related)
    notes = [*_about(table.height, whole.height), *(note for f in fitted for note in f.notes), *related.notes]
    kinship, encoded = find_kinship(table, fitted, chain, _apart(related, wishes, metadata))
    transforms, points = tuple(f.transform for f in fitted), fit_points(whole, metadata.columns)
    layout = Layout(metadata, transforms, chain, related.derived, related.rules, kinship, points, tuple(notes))
    coded = _coded(layout, encoded, table.height, seed)
    chosen = dial(parameters.privacy, parameters.quality, table.height)
    absent = _absent(table, layout, coded, wishes["impute"])
    plan = Plan(layout, coded, chosen, seed, parameters.asking, absent)
    return plan if surveyed is None else plan.knowing(surveyed)


def _chain(fitted: Sequence[Fitted], first: list[int], related: Related) -> tuple[int, ...]:
    """The columns that are drawn, in their order; those `first`, if they are, before all others."""
    transforms = tuple(f.transform for f in fitted)
    varying = [n for n, t in enumerate(transforms) if t.scale.n_codes + len(t.scale.cell_bins) > 1]
    return _ordered(transforms, _drawn(varying, related), first, related)


def _fitted(
    whole: pl.DataFrame,
    learnt: pl.DataFrame,
    metadata: Metadata,
    rare: tuple[int, Mapping[str, Sequence[str]]],
    seed: int,
) -> list[Fitted]:
    """The columns' transforms; `rare`: a level in fewer rows is never shown, but for those named of each column."""
    least, common = rare
    fitted = [
        fit(learnt[c.name], c, min_level_rows=least, seed=seed, common=common.get(c.name, ())) for c in metadata.columns
    ]
    if learnt.height < whole.height:
        fitted = [knowing_all(f, whole[c.name], c) for f, c in zip(fitted, metadata.columns, strict=True)]
    return fitted


def _common(
    whole: pl.DataFrame, learnt: pl.DataFrame, metadata: Metadata, least: int, surveyed: Surveyed | None
) -> Mapping[str, Sequence[str]]:
    """By column the levels that are in enough rows, if not in enough of those learnt from."""
    known = dict(surveyed.common) if surveyed else {}
    if learnt.height == whole.height:
        return known
    for name in (column.name for column in metadata.columns if has_levels(column)):
        rare = Rare(learnt[name], least)
        rare.add(whole[name])
        known[name] = [*known.get(name, ()), *rare.common()]
    return known


def load_plan(value: bytes) -> Plan:
    """
    The plan that `Plan.to_bytes` wrote.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    header, arrays = unpack(KIND, value)
    layout = load_layout(header, arrays)
    try:
        codes = tuple(arrays[f"coded.codes.{number}"] for number in range(len(layout.chain)))
        coded = Coded(arrays["coded.bins"], arrays["coded.scores"], layout.score_rows, codes, arrays["coded.tags"])
        plan = Plan(
            layout, coded, Dial(**header["dial"]), int(header["seed"]), load_asking(header), dict(header["absent"])
        )
        sound = coded.bins.shape == (len(codes), len(coded.tags)) and len(coded.scores) == layout.n_scores
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: the plan's table does not fit its columns.")
    return plan


def _thinned(fitted: Sequence[Fitted], related: Related) -> list[Fitted]:
    """With fewer values of numbers; not of columns that are looked up, since those are told by their levels."""
    told = {derived.column for derived in related.derived}
    return [
        replace(f, transform=f.transform.thinned()) if isinstance(f.transform, Numeric) and number not in told else f
        for number, f in enumerate(fitted)
    ]


def _drawn(varying: Sequence[int], related: Related) -> list[int]:
    """Columns that trees draw: what is neither computed nor looked up, and what is looked up but makes a clue."""
    names = related.rules.metadata.names
    told = {names.index(name) for name in related.rules.computed} | {d.column for d in related.derived}
    told -= {d.column for d in related.shadows}
    return [n for n in varying if n not in told]


def _ordered(
    transforms: Sequence[Transform], numbers: list[int], first: list[int], related: Related
) -> tuple[int, ...]:
    """
    Given order, but what is asked for comes first: what is drawn after it then follows it.

    Categories of so many levels that a byte cannot tell them come last: they make poor clues. So does what is computed
    over what is drawn, in most rows. A clue to a number comes before it.
    """
    names = related.rules.metadata.names
    over = {names.index(step.column) for step in related.rules.steps if not step.whole}
    folded = {n for n in numbers if not transforms[n].scale.ordered and transforms[n].scale.n_codes > BIN_MAX}
    front = {number: place for place, number in enumerate(first)}
    place = {d.column: min(d.column, d.determinant) for d in related.shadows if d.determinant not in folded}

    def key(n: int) -> tuple[int, bool, bool, int, bool, int]:
        return front.get(n, len(front)), n in over, n in folded, place.get(n, n), n not in place, n

    return tuple(sorted(numbers, key=key))


def _own(arrays: Mapping[str, Array], column: int) -> dict[str, Array]:
    """The arrays of a column of a group."""
    prefix = f"{column}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _absent(table: pl.DataFrame, layout: Layout, coded: Coded, impute: Sequence[str]) -> dict[int, int]:
    """Codes of missing cells of the columns of the chain that are never to have any."""
    missing = {name: table[name].is_null().arg_max() for name in impute if table[name].null_count()}
    places = {layout.places.get(layout.metadata.names.index(name)): row for name, row in missing.items()}
    return {place: int(coded.codes[place][row]) for place, row in places.items() if place is not None}


def _apart(related: Related, wishes: Mapping[str, tuple[str, ...]], metadata: Metadata) -> frozenset[int]:
    """Columns whose cells go with no other's: known by their levels, asked for, or never missing."""
    asked = {metadata.names.index(name) for names in wishes.values() for name in names}
    return frozenset(asked | {n for derived in related.derived for n in (derived.column, derived.determinant)})


def _about(n_rows: int, n_all: int) -> list[str]:
    """What the number of rows learnt from means."""
    notes = [f"Learnt from {n_rows:,} of {n_all:,} rows, chosen at random."] if n_rows < n_all else []
    if n_rows < SMALL_ROWS:
        notes.append(f"Only {n_rows} rows are learnt from: trees split less, so single rows show less.")
    return notes


def _coded(layout: Layout, encoded: list[Encoded], n_rows: int, seed: int) -> Coded:
    bins = np.zeros((len(encoded), n_rows), np.uint8)
    scores = np.zeros((layout.n_scores, n_rows), np.float32)
    for place, (scale, column) in enumerate(zip(layout.scales, encoded, strict=True)):
        bins[place] = _bins(scale, column)
        if scale.ordered:
            scores[layout.score_rows[place]] = column.scores
    sizes = [np.min_scalar_type(-scale.n_codes - 2 - SOURCES_MAX) for scale in layout.scales]
    codes = tuple(column.codes.astype(size) for column, size in zip(encoded, sizes, strict=True))
    tags = stream(seed, "tags").integers(0, TAGS, n_rows, dtype=np.uint8)
    return Coded(bins, scores, layout.score_rows, codes, tags)


def _bins(scale: Scale, encoded: Encoded) -> Array:
    """Bins of the rows; a hidden level goes with the last code's bin, which no drawn row will ever ask about."""
    bins = scale.code_bins[np.clip(encoded.codes, 0, scale.n_codes - 1)]
    rows = np.flatnonzero((encoded.codes < 0) | (encoded.codes > scale.n_codes))
    if len(rows):
        bins[rows] = scale.cell_bins[normal.cells(encoded.scores[rows])]
    return bins
