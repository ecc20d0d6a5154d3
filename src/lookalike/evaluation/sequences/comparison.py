"""Three tables of sequences made comparable: the same columns, the same codes, units of the same kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream
from lookalike.errors import MetadataError
from lookalike.evaluation.encoding import Vector, encode
from lookalike.evaluation.intervals import PARTS
from lookalike.evaluation.sequences.panel import WINDOW, Kind, Layout, Numbers, Panel, with_time_step
from lookalike.evaluation.sequences.windows import (
    MAX_QUERIES,
    MAX_REFERENCES,
    MIN_QUERIES,
    Nearness,
    Space,
    nearest,
    space,
)

MIN_STRETCH = 2 * WINDOW  # shorter sequences are wholes, not stretches of a series
N_STRETCHES = 40  # about, that a long series is cut into at whole windows, so that some can be held against others
MAX_STRETCH = 42 * WINDOW
MIN_STRIDE, MAX_STRIDE = 2, 6
ROWS_PER_STRIDE = 3_500  # so that some thousand windows remain
MIN_UNITS = 5  # held back: fewer make a floor that is mostly noise
MIN_HALVED = 10  # real units, to hold one half of them against the other
MIN_PART = 2  # units of a part: ten parts of fewer tell nothing of chance
MAX_ROWS = 100_000  # of one table, in whole units
MAX_CELLS = 2_000_000

TRAIN, HOLDOUT, SYNTHETIC = range(3)


@dataclass(frozen=True, eq=False)
class Sides:
    """Who is held against whom: `synthetic` against `reference` is the value, the two of `floor` are the floor."""

    reference: Panel
    synthetic: Panel
    floor: tuple[Panel, Panel] | None


@dataclass(frozen=True, eq=False)
class SequenceComparison:
    """
    A train, a holdout and a synthetic table of sequences.

    Without keys a table is one long series, cut into stretches. Real sequences of 48 rows or more that follow each
    other in the index without overlapping are stretches of one series too, and what is longer than the longest of train
    is cut. All others form a panel. Large tables are thinned by the seed to 100,000 rows in whole units.

    Attributes:
        keys: The columns that say which sequence a row belongs to; none for one long series.
        index: The column that orders the rows of a sequence: numbers or moments. None: they are in order. Where the
            synthetic table lacks it, rows count in their order in all tables.
        metadata: The columns to compare, and the index; keys need not be among them.

    Raises:
        MetadataError: if a table lacks a column, or the index has no order.
    """

    train: pl.DataFrame
    holdout: pl.DataFrame | None
    synthetic: pl.DataFrame
    keys: tuple[str, ...]
    index: str | None
    metadata: Metadata
    seed: int

    def __post_init__(self) -> None:
        wanted = [*self.keys, *(c.name for c in self.columns)]
        for name, table in zip(("train", "holdout", "synthetic"), self._tables, strict=True):
            real = [self.index] if self.index is not None and name != "synthetic" else []
            missing = [c for c in [*wanted, *real] if c not in table.columns]
            if missing:
                raise MetadataError(f"The {name} table lacks column '{missing[0]}'.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are compared: neither keys nor index."""
        return tuple(c for c in self.metadata.columns if c.name not in (*self.keys, self.index))

    @property
    def indexed(self) -> bool:
        """Whether all tables have an index."""
        return self.index is not None and self.index in self.synthetic.columns

    @property
    def is_dated(self) -> bool:
        """Whether the index tells days."""
        moments = (ColumnType.DATE, ColumnType.DATETIME)
        return self.indexed and self.index is not None and self.metadata[self.index].type in moments

    @cached_property
    def kind(self) -> Kind:
        """What the units are."""
        if not self.keys:
            return Kind.SERIES
        return Kind.STRETCHES if _follow_each_other(self._sequences[:SYNTHETIC]) else Kind.PANEL

    @cached_property
    def panels(self) -> tuple[Panel, Panel, Panel]:
        """Train, holdout and synthetic rows."""
        panels = self._sequences
        if self.kind is Kind.PANEL:
            panels = [with_time_step(p) for p in panels]
        else:
            longest = int(panels[TRAIN].lengths.max(initial=1))
            fair = int(np.clip(longest // N_STRETCHES // WINDOW * WINDOW, MIN_STRETCH, MAX_STRETCH))
            panels = [p.cut(fair if self.kind is Kind.SERIES else longest) for p in panels]
        train, holdout, synthetic = (self._thinned(p, i) for i, p in enumerate(panels))
        return *_on_the_calendar(train, holdout), synthetic

    @property
    def stride(self) -> int:
        """How many rows lie between the windows that are looked at: neighbours say much the same."""
        if self.kind is Kind.SERIES:
            return MAX_STRIDE
        return int(np.clip(len(self.panels[TRAIN].values) // ROWS_PER_STRIDE, MIN_STRIDE, MAX_STRIDE))

    @property
    def has_holdout(self) -> bool:
        """Whether there are enough held-back units, and units learnt from, to judge by."""
        return min(len(p) for p in self.panels[:SYNTHETIC]) >= MIN_UNITS

    @cached_property
    def halves(self) -> tuple[Panel, Panel] | None:
        """Train in two: every other stretch of a series, a random half of a panel; None if there is too little."""
        train = self.panels[TRAIN]
        n = len(train)
        if n < MIN_HALVED:
            return None
        random = self.kind is Kind.PANEL
        order = stream(self.seed, "evaluation", "halves").permutation(n) if random else np.r_[0:n:2, 1:n:2]
        middle = -(-n // 2)
        return train.take(np.sort(order[:middle])), train.take(np.sort(order[middle:]))

    def against_train(self) -> Sides:
        """Synthetic against train; beside it held-back against train, or one half of train against the other."""
        train, holdout, synthetic = self.panels
        return Sides(train, synthetic, (train, holdout) if self._by_holdout else self.halves)

    def against_fresh(self) -> Sides:
        """Synthetic against held-back; beside it train against them. Without these, and in a series, against train."""
        train, holdout, synthetic = self.panels
        return Sides(holdout, synthetic, (holdout, train)) if self._by_holdout else self.against_train()

    def parts(self, panel: Panel) -> list[Panel]:
        """The units dealt at random into ten parts of equal number, a few left over; none if there are too few."""
        size = len(panel) // PARTS
        order = stream(self.seed, "evaluation", "parts").permutation(len(panel))
        return [panel.take(np.sort(order[i * size : (i + 1) * size])) for i in range(PARTS if size >= MIN_PART else 0)]

    @cached_property
    def space(self) -> Space:
        """Where windows lie, by train."""
        return space(self.kind, self.panels[TRAIN])

    @cached_property
    def nearness(self) -> Nearness | None:
        """How near synthetic and held-back windows are to train; None if there are too few."""
        train, holdout, synthetic = self.panels
        length = self.space.length
        starts = self.draw(train.windows(length), MAX_REFERENCES, "windows", TRAIN)
        asked = [
            self.draw(p.windows(length, self.stride), MAX_QUERIES, "windows", t)
            for p, t in ((synthetic, SYNTHETIC), (holdout, HOLDOUT))
        ]
        if not len(starts) or min(map(len, asked)) < MIN_QUERIES:
            return None
        references = self.space.points(train, starts)
        ours, fresh = (self.space.points(p, rows) for p, rows in zip((synthetic, holdout), asked, strict=True))
        return Nearness(nearest(ours, references), synthetic.unit[asked[0]], nearest(fresh, references))

    def draw(self, rows: Numbers, k: int, *names: str | int) -> Numbers:
        """At most `k` of these, in order; the same for the same names."""
        if len(rows) <= k:
            return rows
        return rows[np.sort(stream(self.seed, "evaluation", *names).choice(len(rows), k, replace=False))]

    def notes(self) -> tuple[str, ...]:
        """What limits every figure of this comparison, a sentence each."""
        thinned = sum(len(p.values) for p in self.panels) < sum(t.height for t in self._tables)
        told = (
            (thinned, f"Figures are from {MAX_ROWS:,} rows a table at most, in whole sequences drawn by the seed."),
            (
                self.index is not None and not self.indexed,
                "The synthetic rows have no index: they count in their order.",
            ),
            (self.kind is Kind.SERIES, "One long series: fresh real rows are every other stretch of it."),
            (
                self.kind is not Kind.SERIES and not self.has_holdout,
                f"Fewer than {MIN_UNITS} sequences were held back: fresh real rows are one half of the real ones.",
            ),
        )
        return tuple(sentence for applies, sentence in told if applies)

    @property
    def _by_holdout(self) -> bool:
        """The end of a single series is another season: only its own stretches say what is near."""
        return self.kind is not Kind.SERIES and self.has_holdout

    @property
    def _tables(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        holdout = self.train.clear() if self.holdout is None else self.holdout
        return self.train, holdout, self.synthetic

    @cached_property
    def _sequences(self) -> list[Panel]:
        """The tables with whole sequences as units, in the order in which these appear."""
        encoded = [encode(c, [t[c.name] for t in self._tables]) for c in self.columns]
        n_codes = tuple(0 if c.levels is None else max(len(c.levels), 1) for c in encoded)
        layout = Layout(tuple(c.column.name for c in encoded), n_codes, len(encoded))
        found = []
        for i, (table, times) in enumerate(zip(self._tables, self._times(), strict=True)):
            shape = (len(encoded), table.height)
            values = np.array([c.tables[i] for c in encoded], dtype=np.float64).reshape(shape).T
            coded = np.array([n > 0 for n in n_codes], dtype=bool)
            found.append(_panel(layout, np.where(coded & (values < 0), np.nan, values), times, self._owner(table)))
        return found

    def _times(self) -> Sequence[Vector | None]:
        if not self.indexed or self.index is None:
            return [None, None, None]
        encoded = encode(self.metadata[self.index], [t[self.index] for t in self._tables])
        if not encoded.is_number:
            raise MetadataError(f"Column '{self.index}' cannot order rows: it is {encoded.column.type}.")
        return [np.asarray(t, dtype=np.float64) for t in encoded.tables]

    def _owner(self, table: pl.DataFrame) -> Numbers:
        """The first row of the sequence of each row, which stands for it."""
        if not self.keys:
            return np.zeros(table.height, np.int64)
        rows = table.select(key=pl.struct(self.keys)).with_row_index("row")
        return rows.select(pl.col("row").first().over("key").cast(pl.Int64))["row"].to_numpy()

    def _thinned(self, panel: Panel, table: int) -> Panel:
        """Units drawn by the seed up to the cap; all of them where they are not too many."""
        most = min(MAX_ROWS, MAX_CELLS // max(len(panel.layout.names), 1))
        if len(panel.values) <= most:
            return panel
        order = stream(self.seed, "evaluation", "units", table).permutation(len(panel))
        kept = int(np.searchsorted(np.cumsum(panel.lengths[order]), most, "right"))
        return panel.take(np.sort(order[: max(kept, 1)]))


def _panel(layout: Layout, values: Vector, times: Vector | None, owner: Numbers) -> Panel:
    order = np.lexsort((owner,) if times is None else (times, owner))  # stable; a missing time is last
    lengths = np.unique(owner, return_counts=True)[1]
    calendar = np.zeros(len(lengths), np.int64)
    return Panel(layout, values[order], None if times is None else times[order], lengths, calendar)


def _follow_each_other(real: Sequence[Panel]) -> bool:
    """Whether all real sequences, one after the other, are one series."""
    spans = [s for p in real for s in _spans(p)]
    if len(spans) < 2 or np.median([n for _, _, n in spans]) < MIN_STRETCH:
        return False
    ordered = sorted(spans)
    return all(end < start for (_, end, _), (start, _, _) in pairwise(ordered))


def _spans(panel: Panel) -> list[tuple[float, float, int]]:
    """Start, end and rows of each unit; no end is before another start where there are no times."""
    if panel.times is None:
        return [(0.0, 0.0, int(n)) for n in panel.lengths]
    last = panel.first + panel.lengths - 1
    return list(zip(panel.times[panel.first].tolist(), panel.times[last].tolist(), panel.lengths.tolist(), strict=True))


def calendar_ranks(train: Panel, holdout: Panel) -> tuple[Numbers, Numbers]:
    """The place in time of each unit among those of both, from 0; without times, each among its own."""
    starts = [np.arange(float(len(p))) if p.times is None else p.times[p.first] for p in (train, holdout)]
    order = np.argsort(np.concatenate(starts), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[: len(train)], rank[len(train) :]


def _on_the_calendar(train: Panel, holdout: Panel) -> tuple[Panel, Panel]:
    """Both with the part of the calendar of each unit: as many parts as units are held back, or one for five units."""
    n = len(train) + len(holdout)
    parts = len(holdout) if len(holdout) >= MIN_UNITS else max(n // 5, 1)
    ranks = calendar_ranks(train, holdout)
    train, holdout = (replace(p, calendar=r * parts // max(n, 1)) for p, r in zip((train, holdout), ranks, strict=True))
    return train, holdout
