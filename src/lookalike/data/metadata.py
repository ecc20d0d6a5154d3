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
    ORDERED = "ordered"  # categories with an order
    ID = "id"  # tells rows apart and says nothing else
    TEXT = "text"  # free text
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"  # of a person, in full
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ADDRESS = "address"
    CITY = "city"
    POSTCODE = "postcode"
    CARD = "card"
    IBAN = "iban"
    IP = "ip"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    EMPTY = "empty"  # no cell has a value


NUMERIC = frozenset(
    {
        ColumnType.INTEGER,
        ColumnType.DECIMAL,
        ColumnType.DATE,
        ColumnType.DATETIME,
        ColumnType.TIME,
        ColumnType.DURATION,
        ColumnType.LATITUDE,
        ColumnType.LONGITUDE,
    }
)
PERSONAL = frozenset(
    {
        ColumnType.EMAIL,
        ColumnType.PHONE,
        ColumnType.NAME,
        ColumnType.FIRST_NAME,
        ColumnType.LAST_NAME,
        ColumnType.ADDRESS,
        ColumnType.CITY,
        ColumnType.POSTCODE,
        ColumnType.CARD,
        ColumnType.IBAN,
        ColumnType.IP,
    }
)
MADE_UP = PERSONAL | {ColumnType.ID}  # no cell of these is ever drawn from the table


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
class Told:
    """
    What somebody said of a column that its cells do not tell.

    Attributes:
        levels: Of an ORDERED column, least first, as `level_values` writes them.
        format: Of an ID or of personal texts: see `transforms.format.told_format`.
        low, high: Of an ID of whole numbers: least and greatest that may be made.
    """

    levels: tuple[str | int | float | bool, ...] | None = None
    format: str | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Column:
    """
    One column: its name, meaning, polars dtype, spelling if it came from a text format, and what was told of it.

    Attributes:
        as_text: The table held it as text, in a format that knows better: rows hold it so again. In between its cells
            are of `dtype`.
    """

    name: str
    type: ColumnType
    dtype: pl.DataType
    text: TextForm = TextForm()
    told: Told = Told()
    as_text: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its cells are stored as text."""
        return isinstance(self.dtype, (pl.String, pl.Categorical, pl.Enum))


def stored_type(dtype: pl.DataType) -> ColumnType:
    """What cells of a dtype mean if nothing else is known."""
    if dtype.is_integer():
        return ColumnType.INTEGER
    if dtype.is_numeric():
        return ColumnType.DECIMAL
    moments: dict[Any, ColumnType] = {
        pl.Boolean: ColumnType.BOOLEAN,
        pl.Date: ColumnType.DATE,
        pl.Datetime: ColumnType.DATETIME,
        pl.Time: ColumnType.TIME,
        pl.Duration: ColumnType.DURATION,
    }
    return moments.get(dtype.base_type(), ColumnType.CATEGORICAL)


def level_values(levels: pl.Series) -> tuple[str | int | float | bool, ...]:
    """Levels as JSON values: moments as the numbers they are stored as, decimals as text."""
    match levels.dtype:
        case pl.Categorical() | pl.Enum() | pl.Decimal():
            levels = levels.cast(pl.String)
        case dtype if dtype.is_temporal():
            levels = levels.to_physical()
    return tuple(levels.to_list())


def level_series(values: Sequence[str | int | float | bool], dtype: pl.DataType) -> pl.Series:
    """The levels that `level_values` wrote, in their dtype."""
    stored = pl.Int64 if dtype.is_temporal() else None
    return pl.Series(list(values), dtype=stored).cast(dtype)


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
            {
                "name": c.name,
                "type": c.type.value,
                "dtype": dtype_to_json(c.dtype),
                "text": vars(c.text),
                "told": vars(c.told),
                "as_text": c.as_text,
            }
            for c in self.columns
        ]

    @staticmethod
    def from_json(value: Sequence[Mapping[str, Any]]) -> "Metadata":
        """The metadata that `to_json` wrote."""
        return Metadata(tuple(map(_column, value)))


def _column(value: Mapping[str, Any]) -> Column:
    told = dict(value["told"])
    levels = told.pop("levels")
    return Column(
        value["name"],
        ColumnType(value["type"]),
        dtype_from_json(value["dtype"]),
        TextForm(**value["text"]),
        Told(None if levels is None else tuple(levels), **told),
        bool(value["as_text"]),
    )
