"""
What all rows of an input show of which only a sample is learnt from.

A sample can miss the one cell that makes a column text, the two cells that make a key none, rows that break a rule, or
that a level rare in it is common: so all rows are looked at, a piece at a time.
"""

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from lookalike import formats
from lookalike.data.breaches import n_broken, refuse_unfit
from lookalike.data.constraints import Fd, Unique
from lookalike.data.inference import Part, chosen
from lookalike.data.metadata import MADE_UP, Column, ColumnType
from lookalike.data.parameters import Parameters, declared
from lookalike.data.spelling import fits, unspell
from lookalike.data.told import Source, read_told
from lookalike.errors import ConstraintBroken
from lookalike.pipeline.tables import finished, typed
from lookalike.pipeline.work import Request
from lookalike.transforms.points import fit_points
from lookalike.transforms.surveyed import MadeUpCells, Places, Rare, Surveyed, has_levels

Pieces = Callable[[], Iterable[pl.DataFrame]]


def survey(
    drawn: tuple[pl.DataFrame, Part], n_rows: int, pieces: Pieces, request: Request, parameters: Parameters
) -> tuple[pl.DataFrame, Surveyed]:
    """
    The sample, with one more row for each column whose cells are of another type there, and what all rows show.

    Args:
        drawn: The sample's cells as read, not finished, and which rows they are of the `n_rows` of the table.
        pieces: Goes through all rows, in frames of the sample's columns and dtypes.

    Raises:
        InputInvalid, InputRefused: what the sample, or cells beyond it, cannot be taken for.
        ConstraintBroken: names the first rule that rows break, and how many of all do; of an `fd` and `unique` only
            the sample is looked at.
    """
    sample, part = drawn
    while True:
        seen = _Seen(sample, part, request, parameters, n_rows)
        for piece in pieces():
            seen.look(piece)
        seen.refuse_broken()
        repeating = seen.repeating()
        if not seen.strange and repeating <= part.repeating:
            return sample, seen.surveyed(part)
        rows = np.array(sorted(seen.strange), np.int64)
        order = np.argsort(np.concatenate([part.numbers, rows]), kind="stable")
        sample = pl.concat([sample, *(seen.strange[row] for row in rows.tolist())])[order]
        part = Part(np.concatenate([part.numbers, rows])[order], part.repeating | repeating)


class _Seen:
    """What was seen so far, by the types that the sample shows."""

    def __init__(self, sample: pl.DataFrame, part: Part, request: Request, parameters: Parameters, n_rows: int) -> None:
        self.n_rows = 0
        self.strange: dict[int, pl.DataFrame] = {}  # rows by their numbers, one for each column
        self._request, self._told = request, parameters.told_columns
        table, self._metadata = typed(finished(sample, request), request, parameters, part)
        self.missing = dict.fromkeys(self._metadata.names, 0)
        rules = declared(request.data_type, request.parameters)
        for rule in rules:
            refuse_unfit(rule, self._metadata)
        self._rules = [rule for rule in rules if not isinstance(rule, Fd | Unique)]
        self._broken = [0 for _ in self._rules]
        least, columns = int(request.parameters["min_level_rows"]), self._metadata.columns
        self._rare = {c.name: Rare(table[c.name], least) for c in columns if has_levels(c)}
        self._made_up = {c.name: MadeUpCells(c, n_rows) for c in columns if c.type in MADE_UP}
        self._unlike = frozenset(n for n in self._made_up if bool(table[n].drop_nulls().is_unique().all()))
        self._places = [Places(points, n_rows) for points in fit_points(table, columns)]
        cells = chosen(sample, request.parameters["exclude"], self._told)
        self._schema = cells.schema
        # where a cell of the sample itself is read though it seems of another type, others may be
        self._sure = {c.name for c in columns if c.name not in self._told and self._fitting(cells[c.name], c).all()}
        self._other = set[str]()

    def look(self, piece: pl.DataFrame) -> None:
        """See the next rows."""
        rows = self._as_sample(piece)
        for column in self._metadata.columns:
            cells = rows[column.name]
            self._look_at(cells, column, piece)
            self.missing[column.name] += _n_missing(cells, column)
            for seen in (d.get(column.name) for d in (self._rare, self._made_up)):
                if seen is not None:
                    seen.add(cells)
        if not self.strange:
            self._check(rows)
        self.n_rows += piece.height

    def refuse_broken(self) -> None:
        """Raises ConstraintBroken, if the types are right and rows break a rule."""
        for rule, n in zip(self._rules, self._broken, strict=True):
            if n and not self.strange:
                raise ConstraintBroken(f"{n:,} of {self.n_rows:,} rows break the rule {rule.title}.")

    def repeating(self) -> frozenset[str]:
        """Columns whose made-up cells differ in the sample but not in all rows."""
        return frozenset(name for name in self._unlike if self._made_up[name].repeats)

    def surveyed(self, part: Part) -> Surveyed:
        """What was seen, once all rows were."""
        return Surveyed(
            part=part,
            n_rows=self.n_rows,
            missing=self.missing,
            common={name: levels for name, rare in self._rare.items() if (levels := rare.common())},
            keys={name: cells.keys for name, cells in self._made_up.items()},
            known={name: cells.met() for name, cells in self._made_up.items()},
            places={places.points.latitude: places.known for places in self._places},
        )

    def _as_sample(self, piece: pl.DataFrame) -> pl.DataFrame:
        """The cells in the sample's columns: what is made flat may have fewer, and more make a row strange."""
        rows = chosen(piece, self._request.parameters["exclude"], self._told)
        for name in (name for name in rows.columns if name not in self._schema):
            self._note(name, rows[name].is_null(), piece)
        lacking = {name: dtype for name, dtype in self._schema.items() if name not in rows.columns}
        return rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in lacking.items())

    def _look_at(self, cells: pl.Series, column: Column, piece: pl.DataFrame) -> None:
        """Find a cell that is not of the column's type; of a column of which something was told that is an error."""
        rule = self._told.get(column.name)
        if rule is not None and rule.type != "nested":
            pattern = column.text.pattern if column.dtype.is_temporal() else None
            read_told(cells, rule.model_copy(update={"format": rule.format or pattern}), self._source())
        elif column.name in self._sure:
            self._note(column.name, self._fitting(cells, column), piece)

    def _note(self, name: str, fitting: pl.Series, piece: pl.DataFrame) -> None:
        """Keep the first row that a column has beyond what the sample shows."""
        if name not in self._other and not fitting.all():
            self._other.add(name)
            row = int(fitting.arg_min() or 0)
            self.strange[self.n_rows + row] = piece.slice(row, 1)

    def _fitting(self, cells: pl.Series, column: Column) -> pl.Series:
        """Which cells are of the column's type."""
        if cells.dtype == pl.String:
            return fits(cells, column)
        return cells.is_null() if column.type is ColumnType.EMPTY else pl.repeat(True, len(cells), eager=True)

    def _source(self) -> Source:
        first, textual = self.n_rows, formats.load(self._request.input_format).textual
        return Source(textual, self._request.parameters["csv"]["null"], lambda row: f"row {first + row + 1:,}")

    def _check(self, rows: pl.DataFrame) -> None:
        for places in self._places:
            names = places.points.latitude, places.points.longitude
            places.add(pl.DataFrame([_as_typed(rows[name], self._metadata[name]) for name in names]))
        for number, rule in enumerate(self._rules):
            named = [_as_typed(rows[name], self._metadata[name]) for name in dict.fromkeys(rule.named)]
            self._broken[number] += n_broken(pl.DataFrame(named), rule, self._metadata)


def _n_missing(cells: pl.Series, column: Column) -> int:
    token = column.text.null
    spelled = cells.dtype == pl.String and not column.is_text and token
    return cells.null_count() + (int((cells == token).sum()) if spelled else 0)


def _as_typed(cells: pl.Series, column: Column) -> pl.Series:
    told = unspell(cells, column) if cells.dtype == pl.String else cells
    return told.cast(column.dtype)
