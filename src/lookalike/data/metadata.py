"""Metadata: what is known of a table's columns besides their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.errors import MetadataError


class ColumnType(StrEnum):
    """What a column means, whatever it is stored as."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CATEGORICAL = "categorical"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    EMPTY = "empty"  # no cell has a value


NUMERIC = frozenset(
    {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME, ColumnType.DURATION}
)


@dataclass(frozen=True)
class TextForm:
    """
    How a column's cells are spelled in text formats.

    Attributes:
        null: The token that stands for a missing cell.
        pattern: For dates, datetimes and times: the strftime pattern all cells follow. For decimals: ``g`` if whole
            numbers stand without a point.
        decimals: For decimals: fixed number of digits after the point, if all cells agree on one.
        true, false: For booleans: the two words.
    """

    null: str = ""
    pattern: str | None = None
    decimals: int | None = None
    true: str = "true"
    false: str = "false"


@dataclass(frozen=True)
class Column:
    """One column: its name, meaning, polars dtype, and spelling if it came from a text format."""

    name: str
    type: ColumnType
    dtype: pl.DataType
    text: TextForm = TextForm()


@dataclass(frozen=True)
class Metadata:
    """The columns of a table, in order; names are unique."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if len({c.name for c in self.columns}) != len(self.columns):
            raise MetadataError("Column names are not unique.")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise MetadataError(f"There is no column '{name}'.")

    def select(self, names: Sequence[str]) -> "Metadata":
        """The named columns, in the given order."""
        return Metadata(tuple(self[name] for name in names))

    def to_json(self) -> list[dict[str, Any]]:
        """A JSON value from which `from_json` makes the same metadata."""
        return [
            {"name": c.name, "type": c.type.value, "dtype": dtype_to_json(c.dtype), "text": vars(c.text)}
            for c in self.columns
        ]

    @staticmethod
    def from_json(value: Sequence[Mapping[str, Any]]) -> "Metadata":
        """The metadata that `to_json` wrote."""
        return Metadata(
            tuple(
                Column(c["name"], ColumnType(c["type"]), dtype_from_json(c["dtype"]), TextForm(**c["text"]))
                for c in value
            )
        )
