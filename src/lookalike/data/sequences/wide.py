"""Wide tables, where a row is a sequence and columns are its steps: made long, and long ones made wide again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.metadata import Column, ColumnType, Metadata, stored_type
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.grouping import Ints, sequence_numbers
from lookalike.data.sequences.steps import Step, Variable, find_variables
from lookalike.errors import InputInvalid


@dataclass(frozen=True)
class Widening:
    """
    How a long table is made wide.

    Attributes:
        key: The column of the long table that numbers the rows of the wide one.
        step: The one that says which step.
        steps: Its cells, ascending.
        variables: Which columns of the wide table a column of the long one becomes, step by step.
        columns: Names and dtypes of the wide table; of those without a value in it None.
    """

    key: str
    step: str
    steps: tuple[Step, ...]
    variables: tuple[Variable, ...]
    columns: tuple[tuple[str, pl.DataType, bool], ...]

    def told(self, parameters: TimeSeriesParameters) -> TimeSeriesParameters:
        """The parameters of the long table: its key, index and context are known."""
        steps = {name for variable in self.variables for name in variable.columns}
        context = tuple(name for name, _, _ in self.columns if name not in steps)
        known = {"sequence_key": (self.key,), "sequence_index": self.step, "context_columns": context}
        return parameters.model_copy(update=known)

    def spread(self, long: pl.DataFrame) -> pl.DataFrame:
        """
        The wide table of a long one: exactly the columns and dtypes of the one that was given.

        Args:
            long: With the columns that `melt` made. Rows of steps that the wide table has not are left out; cells of
                steps that a sequence has not are missing.
        """
        numbers = sequence_numbers(long, (self.key,))
        rows = self._rows(long, numbers)
        cells: dict[str, pl.Series] = {}
        for variable in self.variables:
            for name, found in zip(variable.columns, rows, strict=True):
                cells[name] = long[variable.name].gather(_or_missing(found))
        first = np.unique(numbers, return_index=True)[1]
        given = {name: cells[name] if name in cells else long[name].gather(first) for name, _, _ in self.columns}
        return pl.DataFrame(
            [_stored(given[name].alias(name), dtype, empty=empty) for name, dtype, empty in self.columns]
        )

    def _rows(self, long: pl.DataFrame, numbers: Ints) -> Ints:
        """The row of the long table for each step and sequence; -1 where there is none."""
        places = pl.DataFrame({self.step: list(self.steps), "place": range(len(self.steps))})
        place = long.select(self.step).join(places, on=self.step, how="left", maintain_order="left")["place"]
        at = place.fill_null(-1).to_numpy()
        rows = np.full((len(self.steps), int(numbers.max(initial=-1)) + 1), -1, dtype=np.int64)
        known = np.flatnonzero(at >= 0)
        rows[at[known], numbers[known]] = known
        return rows

    def to_json(self) -> dict[str, Any]:
        """A JSON value from which `from_json` makes the same widening."""
        return {
            "key": self.key,
            "step": self.step,
            "steps": [step.isoformat() if isinstance(step, date) else step for step in self.steps],
            "dated": isinstance(self.steps[0], date),
            "variables": [[v.name, list(v.columns)] for v in self.variables],
            "columns": [[name, dtype_to_json(dtype), empty] for name, dtype, empty in self.columns],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Widening":
        """The widening that `to_json` wrote."""
        return Widening(
            value["key"],
            value["step"],
            tuple(map(date.fromisoformat, value["steps"]) if value["dated"] else value["steps"]),
            tuple(Variable(name, tuple(columns)) for name, columns in value["variables"]),
            tuple((name, dtype_from_json(dtype), empty) for name, dtype, empty in value["columns"]),
        )


def molten(
    tables: Sequence[pl.DataFrame], metadata: Metadata, parameters: TimeSeriesParameters
) -> tuple[list[pl.DataFrame], Metadata, TimeSeriesParameters]:
    """
    Tables of the same columns as long ones, what is known of their columns, and what their parameters tell.

    Raises:
        InputInvalid: as `melt`.
    """
    if parameters.layout == "long":
        return list(tables), metadata, parameters
    made = [melt(table, metadata, parameters) for table in tables]
    _, known, widening = made[0]
    return [long for long, _, _ in made], known, widening.told(parameters)


def melt(
    table: pl.DataFrame, metadata: Metadata, parameters: TimeSeriesParameters
) -> tuple[pl.DataFrame, Metadata, Widening]:
    """
    The long table of a wide one, its metadata, and the way back: ``spread(melt(table)) == table``.

    Steps are columns whose names end in numbers after the same stem, or name dates or months; at least three, of one
    type. Of several stems with the same numbers each is a variable. All other columns, and those that are told to be,
    are context. A sequence ends with its last cell that is not missing, of at least one row.

    Raises:
        InputInvalid: no columns that are steps.
    """
    context = set(parameters.context_columns or ())
    found = find_variables(table.drop(*(context & set(table.columns))), metadata)
    if found is None:
        raise InputInvalid(
            "The layout is told to be wide, but no three columns are steps: named alike but for numbers or dates.",
            hint="Name them alike, or tell layout long.",
        )
    steps, variables = found
    taken = {name for variable in variables for name in variable.columns}
    kept = [name for name in table.columns if name not in taken]
    variables = _named(variables, kept)
    used = [*kept, *(variable.name for variable in variables)]
    key, step = _free("sequence", used), _free("step", used)
    columns = tuple((c.name, c.dtype, c.type is ColumnType.EMPTY) for c in metadata.select(table.columns).columns)
    widening = Widening(key, step, steps, variables, columns)
    return _long(table, kept, widening), _metadata(metadata, kept, widening, table), widening


def _long(table: pl.DataFrame, kept: Sequence[str], widening: Widening) -> pl.DataFrame:
    n, k = table.height, len(widening.steps)
    cells = [_joined(table, variable) for variable in widening.variables]  # each of k · n cells, step by step
    there = np.any([c.is_not_null().to_numpy() for c in cells], axis=0).reshape(k, n)
    lengths = np.maximum(1, k - np.argmax(there[::-1], axis=0))
    lengths[~there.any(axis=0)] = 1
    rows = np.repeat(np.arange(n), lengths)
    places = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    labels = pl.Series(widening.step, list(widening.steps)).gather(places)
    key = pl.Series(widening.key, rows + 1)
    return pl.DataFrame(
        [key, *(table[name].gather(rows) for name in kept), labels, *(c.gather(places * n + rows) for c in cells)]
    )


def _joined(table: pl.DataFrame, variable: Variable) -> pl.Series:
    """The cells of a variable's columns, one column after the other, in a dtype that holds them all."""
    filled = [table[name] for name in variable.columns if table[name].null_count() < table.height]
    dtype = (
        pl.concat([c.head(0).alias("").to_frame() for c in filled], how="vertical_relaxed").dtypes[0]
        if filled
        else pl.String()
    )
    empty = pl.Series([None] * table.height, dtype=dtype)
    parts = [table[name] if table[name].null_count() < table.height else empty for name in variable.columns]
    return pl.concat([part.cast(dtype).alias(variable.name) for part in parts])


def _metadata(metadata: Metadata, kept: Sequence[str], widening: Widening, table: pl.DataFrame) -> Metadata:
    labels = pl.Series(widening.steps).dtype
    return Metadata(
        (
            Column(widening.key, ColumnType.ID, pl.Int64()),
            *metadata.select(kept).columns,
            Column(widening.step, stored_type(labels), labels),
            *(_column(metadata, variable, table) for variable in widening.variables),
        )
    )


def _column(metadata: Metadata, variable: Variable, table: pl.DataFrame) -> Column:
    """What is known of a variable: of its columns' meanings that which all have, else what it is stored as."""
    columns = [c for c in metadata.select(variable.columns).columns if c.type is not ColumnType.EMPTY]
    dtype = _joined(table.head(0) if not columns else table, variable).dtype
    types, texts = {c.type for c in columns}, {c.text for c in columns}
    type_ = columns[0].type if len(types) == 1 else stored_type(dtype)
    type_ = stored_type(dtype) if type_ is ColumnType.ID else type_
    found = Column(variable.name, type_ if columns else ColumnType.EMPTY, dtype)
    return Column(variable.name, found.type, dtype, texts.pop()) if len(texts) == 1 else found


def _named(variables: Sequence[Variable], kept: Sequence[str]) -> tuple[Variable, ...]:
    """Variables with names that neither a context column nor another one has."""
    named: list[Variable] = []
    for variable in variables:
        taken = [*kept, *(v.name for v in named)]
        named.append(Variable(_free(variable.name, taken), variable.columns))
    return tuple(named)


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _or_missing(rows: Ints) -> pl.Series:
    found = pl.Series(rows)
    return found.set(found < 0, None)


def _stored(cells: pl.Series, dtype: pl.DataType, *, empty: bool) -> pl.Series:
    """Cells in the dtype of their wide column; those of a column without values stay missing."""
    if empty:
        return pl.Series(cells.name, [None] * len(cells), dtype=dtype)
    if cells.dtype.is_float() and dtype.is_integer():
        return cells.round().cast(dtype, strict=False)
    return cells.cast(dtype)
