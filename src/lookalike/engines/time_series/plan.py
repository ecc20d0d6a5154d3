"""The first pass over sequences: roles, rules, tracks, and the steps that trees are grown from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.data.asking import SequenceAsking
from lookalike.data.streams import key, stream
from lookalike.engines import NOWHERE, Kept
from lookalike.engines.tabular import Plan as StartPlan
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.plan import load_plan as load_start_plan
from lookalike.engines.time_series.features import (
    LEAN,
    Rows,
    fill_features,
    sources,
)
from lookalike.engines.time_series.forest import load_trees, tree_arrays
from lookalike.engines.time_series.growing import Binned, Tree, bin_features, grow_codes, grow_residuals
from lookalike.engines.time_series.layout import Layout
from lookalike.engines.time_series.leaning import ROWS_MAX, Lean, Steps, fit_lean
from lookalike.engines.time_series.model import Model, load_asking, make_model
from lookalike.engines.time_series.settings import FEATURES_MAX, Dial, steps_for
from lookalike.engines.time_series.state import DAMAGED, layout_state, load_layout
from lookalike.engines.time_series.values import FREE, MISSING, Number
from lookalike.errors import ModelFileError
from lookalike.transforms.surveyed import Surveyed

FOLDS, SEQUENCES_MIN, STRETCHES = 5, 10, 50  # that leans are cross-validated by
PLAN_KIND, GROUP_KIND = "time series plan", "time series group"

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Column:
    """What was learnt of one column of a step: its ridge, and the trees of its modes and of its numbers, if any."""

    weights: Array
    intercept: float
    of_modes: tuple[Tree, ...]
    of_numbers: tuple[Tree, ...]


@dataclass(frozen=True)
class Plan:
    """
    See `engines.Plan`: the groups are those of the beginnings, then one for each column of a step.

    Attributes:
        starts: The tabular plan of beginnings; None where nothing varies there.
        rows: Of all sequences.
        lengths: Of each sequence, shape ``(k,)``.
        context: Clues of each sequence, float64 ``(k, m)``.
    """

    layout: Layout
    starts: StartPlan
    rows: Rows
    lengths: Array
    context: Array
    dial: Dial
    seed: int
    asking: SequenceAsking

    def knowing(self, surveyed: Surveyed) -> "Plan":
        """The plan of which no key and no made-up cell of any row that was surveyed will come out."""
        given = self.layout.metadata
        keys = {name: surveyed.knowing(transform, given[name]) for name, transform in self.layout.keys.items()}
        return replace(self, layout=replace(self.layout, keys=keys), starts=self.starts.knowing(surveyed))

    @property
    def n_groups(self) -> int:
        return self.starts.n_groups + len(self.layout.names)

    def fit_group(self, group: int, kept: Kept = NOWHERE) -> bytes:
        """See `engines.Plan.fit_group`."""
        if group < self.starts.n_groups:
            return self.starts.fit_group(group)
        number = group - self.starts.n_groups
        learnt = self._column(number)
        header = {"column": number, "intercept": learnt.intercept}
        header |= {"modes": len(learnt.of_modes), "numbers": len(learnt.of_numbers)}
        arrays = {"weights": learnt.weights}
        arrays |= {f"modes.{name}": array for name, array in tree_arrays(learnt.of_modes).items()}
        arrays |= {f"numbers.{name}": array for name, array in tree_arrays(learnt.of_numbers).items()}
        return pack(GROUP_KIND, header, arrays)

    def join(self, groups: Iterable[bytes]) -> Model:
        """See `engines.Plan.join`."""
        told = list(groups)
        starts = self.starts.join(told[: self.starts.n_groups])
        columns = [load_column(value, number) for number, value in enumerate(told[self.starts.n_groups :])]
        return replace(make_model(self.layout, starts, columns, self.dial, self.seed), asking=self.asking)

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        header |= {"dial": vars(self.dial), "seed": self.seed, "asking": self.asking.model_dump(mode="json")}
        arrays |= {f"rows.{name}": array for name, array in self.rows._asdict().items()}
        arrays |= {"lengths": self.lengths, "context": self.context}
        arrays |= {"starts": np.frombuffer(self.starts.to_bytes(), np.uint8)}
        return pack(PLAN_KIND, header, arrays)

    @cached_property
    def _chosen(self) -> tuple[Array, Array, Array]:
        """Base, number in its sequence and sequence of each step that is learnt from, in the order of the rows."""
        first = np.cumsum(self.lengths) - self.lengths
        sequence = np.repeat(np.arange(len(self.lengths)), self.lengths)
        t = np.arange(len(sequence)) - first[sequence]
        later = np.flatnonzero(t > 0)
        most = steps_for(len(self.layout.names))
        if len(later) > most:
            later = np.sort(later[stream(self.seed, "steps").permutation(len(later))[:most]])
        return first[sequence[later]], t[later], sequence[later]

    @cached_property
    def _features(self) -> Array:
        base, t, sequence = self._chosen
        told: Array = fill_features(self.layout.plot, self.rows, base, t, self.context[sequence])
        return told

    @cached_property
    def _binned(self) -> Binned:
        """Of all features but leans, each of which is only looked at by its own column."""
        return bin_features(self._features, self.layout.ordered)

    def _column(self, number: int) -> Column:
        base, t, _ = self._chosen
        rows = base + t
        modes, values = self.rows.modes[rows, number], self.rows.values[rows, number]
        track, width = self.layout.tracks[number], int(self.layout.plot.slot[-1])
        used, own = self._used(number), key(self.seed, "step", number) & (2**62 - 1)
        varies = len(np.unique(modes)) > 1
        free = np.flatnonzero((modes == FREE) & isinstance(track, Number)).astype(np.int32)
        weights, intercept, binned = np.zeros(width), 0.0, self._binned
        before = self.rows.values[rows - 1, number]
        residuals = values - before
        if len(free):
            lean = self._lean(number, used, values, before, np.flatnonzero(modes != MISSING))
            weights, intercept = lean.weights, lean.intercept
            binned, used = self._leant(number, lean.told - before, used)
            if self.layout.names[number] not in self.layout.monotone:
                residuals = values - lean.told
        every = np.arange(len(rows), dtype=np.int32)
        of_modes = grow_codes(binned, used, every, modes, self.dial, own) if varies or not len(free) else []
        of_numbers = grow_residuals(binned, used, free, residuals, self.dial, own + 1_000) if len(free) else []
        return Column(weights, intercept, tuple(of_modes), tuple(of_numbers))

    def _lean(self, number: int, used: Array, values: Array, before: Array, known: Array) -> Lean:
        """Of all features, those of categories with the coefficient 0; from rows that have a value."""
        numbers = used[self.layout.ordered[used]]
        if len(known) > ROWS_MAX:
            known = np.sort(stream(self.seed, "ridge", number).permutation(known)[:ROWS_MAX])
        at = np.flatnonzero(numbers == self.layout.plot.past[number])
        own = int(at[0]) if len(at) else -1
        lean = fit_lean(Steps(self._features[:, numbers], values, before, own, self._folds), known)
        weights = np.zeros(int(self.layout.plot.slot[-1]))
        weights[numbers] = lean.weights
        return lean._replace(weights=weights)

    @cached_property
    def _folds(self) -> Array:
        """A fold of each step: of whole sequences at random, or every fifth stretch where there are few sequences."""
        sequence = self._chosen[2]
        if len(self.lengths) < SEQUENCES_MIN:
            return STRETCHES * np.arange(len(sequence)) // len(sequence) % FOLDS
        return (stream(self.seed, "folds").permutation(len(self.lengths)) % FOLDS)[sequence]

    def _leant(self, number: int, lean: Array, used: Array) -> tuple[Binned, Array]:
        """The bins with the column's own lean among them."""
        at = int(self.layout.plot.slot[number]) + LEAN
        one = bin_features(lean[:, None], np.ones(1, np.bool_))
        self._binned.bins[at] = one.bins[0]
        edges = [*self._binned.edges]
        edges[at] = one.edges[0]
        n_bins = self._binned.n_bins.copy()
        n_bins[at] = one.n_bins[0]
        binned = Binned(self._binned.bins, tuple(edges), n_bins, self._binned.ordered)
        return binned, np.append(used, np.int32(at)).astype(np.int32)

    def _used(self, number: int) -> Array:
        """Features that the column may look at: those that vary and are known by then, int32."""
        plot, binned = self.layout.plot, self._binned
        known = np.arange(int(plot.slot[number]))
        known = known[binned.n_bins[known] > 1]
        if len(known) > FEATURES_MAX:
            owner = sources(plot)
            nearest = self._nearest(number)
            rank = np.where(owner[known] < 0, -1, nearest[owner[known]])
            known = np.sort(known[np.argsort(rank, kind="stable")[:FEATURES_MAX]])
        return known.astype(np.int32)

    def _nearest(self, number: int) -> Array:
        """The place of each column by how much its changes go with this one's; its own is 0."""
        base, t, _ = self._chosen
        changes = self.rows.values[base + t] - self.rows.values[base + t - 1]
        centred = changes - changes.mean(axis=0)
        size = np.sqrt((centred * centred).sum(axis=0)) + 1e-12
        alike = np.abs((centred * centred[:, [number]]).sum(axis=0)) / size / size[number]
        alike[number] = np.inf
        rank = np.empty(len(alike), np.int64)
        rank[np.argsort(-alike, kind="stable")] = np.arange(len(alike))
        return rank


def load_plan(value: bytes) -> Plan:
    """
    The plan that `Plan.to_bytes` wrote.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    header, arrays = unpack(PLAN_KIND, value)
    layout = load_layout(header, arrays)
    try:
        rows = Rows(*(arrays[f"rows.{name}"] for name in Rows._fields))
        starts = load_start_plan(arrays["starts"].tobytes())
        lengths, context = arrays["lengths"], arrays["context"]
        dial, seed, asking = Dial(**header["dial"]), int(header["seed"]), load_asking(header)
        plan = Plan(layout, starts, rows, lengths, context, dial, seed, asking)
        sound = _is_sound(plan)
    except DAMAGED:
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: the plan's rows do not fit its columns.")
    return plan


def _is_sound(plan: Plan) -> bool:
    """Whether rows are as many as lengths say, and all arrays as wide, and of the dtypes, as they should be."""
    rows, lengths, n_columns = plan.rows, plan.lengths, len(plan.layout.names)
    whole, floats = np.dtype(np.int64), np.dtype(np.float64)
    if lengths.ndim != 1 or lengths.dtype != whole or not len(lengths) or (lengths < 1).any():
        return False
    n_rows = int(lengths.sum())
    shaped = (
        (rows.values, floats, (n_rows, n_columns)),
        (rows.modes, whole, (n_rows, n_columns)),
        (rows.ages, whole, (n_rows, n_columns)),
        (rows.sums, floats, (n_rows, n_columns)),
        (rows.ticks, floats, (n_rows,)),
        (plan.context, floats, (len(lengths), len(plan.layout.clues))),
    )
    return all(array.dtype == dtype and array.shape == shape for array, dtype, shape in shaped)


def load_column(value: bytes, number: int) -> Column:
    """
    What `Plan.fit_group` learnt of a column.

    Raises:
        ModelFileError: damaged, or of another column.
    """
    header, arrays = unpack(GROUP_KIND, value)
    if header.get("column") != number:
        raise ModelFileError("A fitted group is not the one asked for.", hint="Fit the groups of this plan.")
    modes, numbers = (
        load_trees({name.removeprefix(f"{kind}."): a for name, a in arrays.items() if name.startswith(f"{kind}.")}, n)
        for kind, n in (("modes", header["modes"]), ("numbers", header["numbers"]))
    )
    return Column(arrays["weights"], float(header["intercept"]), tuple(modes), tuple(numbers))
