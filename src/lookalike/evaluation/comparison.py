"""Three tables made comparable: the same columns, the same codes, the same number of rows on either side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.metadata import Metadata
from lookalike.data.streams import stream
from lookalike.errors import MetadataError
from lookalike.evaluation.encoding import Codes, EncodedColumn, Vector, encode, mid_ranks
from lookalike.evaluation.intervals import PARTS
from lookalike.evaluation.sharing import Found, Once

MIN_HOLDOUT = 50  # fewer held-back rows make a floor that is mostly noise
MIN_REAL = 100  # fewer real rows cannot be halved into a floor either
MIN_PART = 5  # rows of a part: ten parts of fewer tell nothing of chance
MAX_ROWS = 50_000  # a share over so many rows is known to about 0.002
MAX_CELLS = 10_000_000  # of one table; 80 MB as float64

TRAIN, HOLDOUT, SYNTHETIC = range(3)

Breaches = Callable[[pl.DataFrame], Mapping[str, NDArray[np.bool_]]]


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of one of the three tables: `table` is ``TRAIN``, ``HOLDOUT`` or ``SYNTHETIC``, `index` sorted."""

    table: int
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.index)

    def numbers(self, column: EncodedColumn) -> Vector:
        """The column in these rows as float64, codes too; missing is NaN."""
        values = column.tables[self.table][self.index].astype(np.float64, copy=False)
        return values if column.is_number else np.where(values < 0, np.nan, values)

    def codes(self, column: EncodedColumn) -> Codes:
        """The codes of a column of levels in these rows; missing is -1."""
        return column.tables[self.table][self.index].astype(np.int32, copy=False)


@dataclass(frozen=True, eq=False)
class Sides:
    """
    Who is held against whom: `synthetic` against `reference` is the value, `fresh` against `reference` the floor.

    `fresh` has as many rows as `synthetic`, so that both carry the same noise; None where there are too few real rows.
    """

    reference: Rows
    synthetic: Rows
    fresh: Rows | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """
    A train, a holdout and a synthetic table.

    Large tables are thinned, by the seed, to 50,000 rows and ten million cells each; that depends on their shape only.

    Attributes:
        train: The rows that were learnt from.
        holdout: Real rows that were not, of the same source; None if there are none.
        metadata: The columns to compare; all tables have them, in any order.
        min_level_rows: A category level is named only if so many train rows share it.
        target: The column that models are to predict; None: one is chosen by what the columns are.
        breaches: Tells which of some rows break each rule, by the rule's title; None if there are no rules.

    Raises:
        MetadataError: if a table lacks a column, or there is no column `target`.
    """

    train: pl.DataFrame
    holdout: pl.DataFrame | None
    synthetic: pl.DataFrame
    metadata: Metadata
    seed: int
    min_level_rows: int = 5
    target: str | None = None
    breaches: Breaches | None = None
    _once: Once = field(default_factory=Once, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.target is not None and self.target not in self.metadata.names:
            raise MetadataError(f"The target '{self.target}' is not among the columns that are compared.")
        for name, table in zip(("train", "holdout", "synthetic"), self.tables, strict=True):
            missing = [c for c in self.metadata.names if c not in table.columns]
            if missing:
                raise MetadataError(f"The {name} table lacks column '{missing[0]}'.")

    @property
    def columns(self) -> tuple[EncodedColumn, ...]:
        """All columns in the order of the metadata, encoded once; arrays are as long as `n_rows` says."""
        return self._once(self._encoded, "columns")

    @property
    def tables(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """All rows of train, holdout (without rows if there is none) and synthetic."""
        holdout = self.train.clear() if self.holdout is None else self.holdout
        return self.train, holdout, self.synthetic

    @property
    def n_rows(self) -> tuple[int, int, int]:
        """Rows compared, of train, holdout and synthetic."""
        n_train, n_holdout, n_synthetic = (n for _, n in self._sizes)
        return n_train, n_holdout, n_synthetic

    @property
    def has_holdout(self) -> bool:
        """Whether there are enough held-back rows, and rows learnt from, to judge by."""
        return min(self.n_rows[TRAIN], self.n_rows[HOLDOUT]) >= MIN_HOLDOUT

    def draw(self, n: int, k: int, *names: str | int) -> NDArray[np.int64]:
        """At most `k` of `n` row numbers, without repetition, sorted; the same for the same names."""
        if k >= n:
            return np.arange(n)
        return np.sort(stream(self.seed, "evaluation", *names).choice(n, k, replace=False))

    def ranks(self, column: EncodedColumn) -> tuple[Vector, ...]:
        """Mid-ranks of a column of numbers among all real ones, in ``[0, 1]``; NaN where missing; of each table."""
        return self._once(lambda: mid_ranks(column.tables, SYNTHETIC), ("ranks", column.column.name))

    def some_columns(self, k: int, name: str) -> tuple[list[EncodedColumn], str]:
        """At most `k` columns, in order, and a note if they are a sample."""
        d = len(self.columns)
        picked = [self.columns[j] for j in self.draw(d, k, name, "columns").tolist()]
        return picked, f"Of {d:,} columns {k:,} were drawn by the seed." if k < d else ""

    def rows(self, table: int, k: int, *names: str | int) -> Rows:
        """At most `k` rows of a table."""
        return Rows(table, self.draw(self.n_rows[table], k, *names, table))

    def parts(self, rows: Rows) -> list[Rows]:
        """The rows dealt at random into ten parts of equal size, a few left over; none if there are too few."""
        size = len(rows) // PARTS
        order = stream(self.seed, "evaluation", "parts", rows.table).permutation(len(rows))
        numbers = [np.sort(order[i * size : (i + 1) * size]) for i in range(PARTS if size >= MIN_PART else 0)]
        return [Rows(rows.table, rows.index[part]) for part in numbers]

    def once(self, find: Callable[["Comparison"], Found]) -> Found:
        """What `find` makes of this comparison, worked out the first time only: several metrics may share it."""
        return self._once(lambda: find(self), find)

    def notes(self) -> tuple[str, ...]:
        """What limits every figure of this comparison, a sentence each."""
        heights = tuple(t.height for t in self.tables)
        thinned = f"Figures are from {max(self.n_rows):,} rows a table at most, drawn by the seed."
        return tuple(t for t in (thinned if heights != self.n_rows else "", self._floor_note()) if t)

    def against_train(self, cap: int = MAX_ROWS) -> Sides:
        """Synthetic and held-back rows, equally many, each against train; without a holdout, against half of train."""
        n_train, n_holdout, n_synthetic = self.n_rows
        if self.has_holdout:
            n = min(n_holdout, n_synthetic, cap)
            fresh = self.rows(HOLDOUT, n, "sides")
            return Sides(self.rows(TRAIN, cap, "sides"), self.rows(SYNTHETIC, n, "sides"), fresh)
        if n_train < MIN_REAL:
            return Sides(self.rows(TRAIN, cap, "sides"), self.rows(SYNTHETIC, cap, "sides"), None)
        return self._halves(cap)

    def against_fresh(self, cap: int = MAX_ROWS) -> Sides:
        """Synthetic and train rows against held-back ones, all equally many; without a holdout, halves of train."""
        n_train, n_holdout, n_synthetic = self.n_rows
        if not self.has_holdout:
            return self.against_train(min(cap, n_synthetic, n_train // 2 if n_train >= MIN_REAL else n_train))
        n = min(n_train, n_holdout, n_synthetic, cap)
        return Sides(*(self.rows(t, n, "sides") for t in (HOLDOUT, SYNTHETIC, TRAIN)))

    def _halves(self, cap: int) -> Sides:
        order = stream(self.seed, "evaluation", "halves").permutation(self.n_rows[TRAIN])
        n = min(len(order) // 2, self.n_rows[SYNTHETIC], cap)
        reference = np.sort(order[len(order) // 2 :][:cap])
        return Sides(Rows(TRAIN, reference), self.rows(SYNTHETIC, n, "sides"), Rows(TRAIN, np.sort(order[:n])))

    def _floor_note(self) -> str:
        if self.has_holdout:
            return ""
        if self.n_rows[TRAIN] < MIN_REAL:
            return (
                f"There are no fresh real rows to compare with: it takes {MIN_HOLDOUT} held back, or {MIN_REAL} in all."
            )
        return (
            "Hardly any rows were held back: fresh real rows are one random half of the real rows, seen from the other."
        )

    def _encoded(self) -> tuple[EncodedColumn, ...]:
        tables = [t[self.draw(t.height, n, i)].select(self.metadata.names) for i, (t, n) in enumerate(self._sizes)]
        return tuple(encode(c, [t[c.name] for t in tables]) for c in self.metadata.columns)

    def frame(self, rows: Rows) -> pl.DataFrame:
        """Some rows as the caller's table holds them."""
        table, n = self._sizes[rows.table]
        return table[self.draw(table.height, n, rows.table)[rows.index]]

    @property
    def _sizes(self) -> Sequence[tuple[pl.DataFrame, int]]:
        most = min(MAX_ROWS, max(1_000, MAX_CELLS // max(len(self.metadata.columns), 1)))
        return [(t, min(t.height, most)) for t in self.tables]
