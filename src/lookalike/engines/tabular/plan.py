"""The first pass over a table: transforms, relations, the order of the chain, and the table as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.streams import stream
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.layout import Layout, layout_state, load_layout
from lookalike.engines.tabular.model import Model, join_trees
from lookalike.engines.tabular.relations import Levels, find_dependencies
from lookalike.engines.tabular.rules import Rules
from lookalike.engines.tabular.settings import FEATURES_MAX, SMALL_ROWS, Dial, dial
from lookalike.engines.tabular.tree import Coded, Tree, fit_tree
from lookalike.errors import InputRefused, ModelFileError
from lookalike.transforms import Encoded, Scale, Transform, normal
from lookalike.transforms.categorical import BIN_MAX
from lookalike.transforms.choose import Fitted, fit

KIND, GROUP_KIND = "tabular plan", "tabular group"
GROUP_CELLS = 10_000_000  # rows times visible columns that take about a second

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Plan:
    """See `engines.Plan`."""

    layout: Layout
    coded: Coded
    dial: Dial
    seed: int

    @property
    def n_groups(self) -> int:
        return len(self._groups)

    def fit_group(self, group: int) -> bytes:
        """See `engines.Plan.fit_group`: the trees of a run of the chain."""
        columns = self._groups[group]
        trees = {column: fit_tree(self.coded, self.layout.scales, column, self.dial, self.seed) for column in columns}
        arrays = {f"{column}.{name}": array for column, tree in trees.items() for name, array in tree.arrays().items()}
        return pack(GROUP_KIND, {"columns": list(columns)}, arrays)

    def join(self, groups: list[bytes]) -> Model:
        """See `engines.Plan.join`."""
        trees: list[Tree] = []
        for columns, value in zip(self._groups, groups, strict=True):
            header, arrays = unpack(GROUP_KIND, value)
            if header.get("columns") != list(columns):
                raise ModelFileError("A fitted group is not the one asked for.", hint="Fit the groups of this plan.")
            trees += [Tree(**{name: arrays[f"{c}.{name}"] for name in Tree.__annotations__}) for c in columns]
        return join_trees(self.layout, trees, self._bounds(), self.seed)

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        coded = {"bins": self.coded.bins, "scores": self.coded.scores, "tags": self.coded.tags}
        coded |= {f"codes.{number}": codes for number, codes in enumerate(self.coded.codes)}
        header |= {"dial": vars(self.dial), "seed": self.seed}
        return pack(KIND, header, arrays | {f"coded.{name}": array for name, array in coded.items()})

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
                scores = self.coded.scores[row][self.coded.codes[column] < 0]
                bounds[column] = (scores.min(), scores.max()) if len(scores) else 0.0
        return bounds


def make_plan(table: pl.DataFrame, metadata: Metadata, parameters: TabularParameters, seed: int) -> Plan:
    """
    The plan of a table's rows.

    Raises:
        InputRefused: no rows or no columns.
        MetadataError: a column that is not as the metadata say.
    """
    if not table.width or not table.height:
        raise InputRefused("The table has no rows or no columns.")
    table, notes = _sampled(table.select(metadata.names), parameters.fit_rows, seed)
    fitted = [fit(table[c.name], c, min_level_rows=parameters.min_level_rows, seed=seed) for c in metadata.columns]
    transforms = tuple(f.transform for f in fitted)
    varying = [n for n, f in enumerate(fitted) if f.transform.scale.n_codes + len(f.transform.scale.cell_bins) > 1]
    derived = find_dependencies([_levels(f) if n in varying else None for n, f in enumerate(fitted)])
    chain = _ordered(transforms, [n for n in varying if n not in {d.column for d in derived}])
    notes += [note for f in fitted for note in f.notes]
    notes += _about(table.height, [(metadata.names[d.column], metadata.names[d.determinant]) for d in derived])
    layout = Layout(metadata, transforms, chain, derived, Rules(), tuple(notes))
    coded = _coded(layout, [fitted[n].encoded for n in chain], table.height, seed)
    return Plan(layout, coded, dial(parameters.privacy, table.height), seed)


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
        plan = Plan(layout, coded, Dial(**header["dial"]), int(header["seed"]))
        sound = coded.bins.shape == (len(codes), len(coded.tags)) and len(coded.scores) == layout.n_scores
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: the plan's table does not fit its columns.")
    return plan


def _sampled(table: pl.DataFrame, fit_rows: int | None, seed: int) -> tuple[pl.DataFrame, list[str]]:
    if fit_rows is None or table.height <= fit_rows:
        return table, []
    rows = np.sort(stream(seed, "fit rows").permutation(table.height)[:fit_rows])
    return table[rows], [f"Learnt from {fit_rows} of {table.height} rows, chosen at random."]


def _levels(fitted: Fitted) -> Levels | None:
    transform, numbers = fitted.transform, fitted.encoded.levels
    if transform.n_levels == 0:
        return None
    return Levels(numbers, transform.n_levels, transform.exact, transform.scale.ordered)


def _ordered(transforms: Sequence[Transform], numbers: list[int]) -> tuple[int, ...]:
    """Given order, but categories of so many levels that a byte cannot tell them come last: they make poor clues."""
    folded = {n for n in numbers if not transforms[n].scale.ordered and transforms[n].scale.n_codes > BIN_MAX}
    return tuple(sorted(numbers, key=lambda n: (n in folded, n)))


def _about(n_rows: int, derived: list[tuple[str, str]]) -> list[str]:
    notes = [f"Column '{column}' is determined by '{determinant}' and looked up." for column, determinant in derived]
    if n_rows < SMALL_ROWS:
        notes.append(f"The table has only {n_rows} rows: trees split less, so single rows show less.")
    return notes


def _coded(layout: Layout, encoded: list[Encoded], n_rows: int, seed: int) -> Coded:
    bins = np.zeros((len(encoded), n_rows), np.uint8)
    scores = np.zeros((layout.n_scores, n_rows), np.float32)
    for place, (scale, column) in enumerate(zip(layout.scales, encoded, strict=True)):
        bins[place] = _bins(scale, column)
        if scale.ordered:
            scores[layout.score_rows[place]] = column.scores
    sizes = [np.min_scalar_type(-scale.n_codes - 1) for scale in layout.scales]
    codes = tuple(column.codes.astype(size) for column, size in zip(encoded, sizes, strict=True))
    tags = stream(seed, "tags").integers(0, 256, n_rows, dtype=np.uint8)
    return Coded(bins, scores, layout.score_rows, codes, tags)


def _bins(scale: Scale, encoded: Encoded) -> Array:
    """Bins of the rows; a hidden level goes with the last code's bin, which no drawn row will ever ask about."""
    bins = scale.code_bins[np.clip(encoded.codes, 0, scale.n_codes - 1)]
    rows = np.flatnonzero(encoded.codes < 0)
    if len(rows):
        bins[rows] = scale.cell_bins[normal.cells(encoded.scores[rows])]
    return bins
