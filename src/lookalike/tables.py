"""Tables as people give them: frames of three libraries, or paths of files; typed, with metadata."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.data.columns import nested_names
from lookalike.data.flatten import flatten
from lookalike.data.frames import Kind, to_polars
from lookalike.data.inference import infer
from lookalike.data.metadata import NUMERIC, Metadata
from lookalike.data.parameters import LINE_FORMATS, Parameters, TextParameters
from lookalike.data.spelling import unspell
from lookalike.errors import InputNotFound, MetadataError, UsageError


@dataclass(frozen=True)
class Given:
    """A table as given: its cells, whether they are text whose meaning is to be found, and what it was."""

    frame: pl.DataFrame
    textual: bool
    null: str | None
    kind: Kind


def is_path(data: Any) -> bool:
    """Whether this names a file."""
    return isinstance(data, str | PathLike)


def given(data: Any, parameters: Parameters, *, format_name: str | None = None) -> Given:
    """
    The table somebody gave, columns that are told to be nested made flat.

    Args:
        data: A frame, an Arrow table, or a path.
        format_name: Of a file whose suffix does not tell.

    Raises:
        InputNotFound, InputInvalid, InputRefused: of a file; the message names line or column.
        UsageError: neither a table nor a path, a file whose format nothing tells, or lines where a table is needed.
    """
    nested = nested_names(parameters.columns) - set(parameters.exclude)
    if not is_path(data):
        frame, kind = to_polars(data)
        return Given(flatten(frame, nested), textual=False, null=None, kind=kind)
    path = Path(data)
    found, compression = formats.split_path(path.name)
    name = format_of(path, format_name or found)
    if not isinstance(parameters, TextParameters):
        refuse_lines(path, name)
    part = formats.load(name)
    options = formats.ReadOptions(delimiter=parameters.csv.delimiter, null=parameters.csv.null, nested=nested)
    try:
        with path.open("rb") as stream:
            frame = formats.read(name, formats.decompressed(cast(BinaryIO, stream), compression), options)
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise InputNotFound(f"There is no readable file '{path}'.", hint="Check the path.") from None
    return Given(flatten(frame, nested), part.textual, parameters.csv.null, Kind())


def format_of(path: Path, known: str | None) -> str:
    """
    The name of a format.

    Raises:
        UsageError: nothing tells which.
    """
    if known is None:
        raise UsageError(f"The format of '{path.name}' is not plain from its suffix.", hint="Name it with --format.")
    return known


def refuse_lines(path: Path, name: str) -> None:
    """
    Nothing, if a format holds tables.

    Raises:
        UsageError: it holds a record a line.
    """
    if formats.canonical(name) in LINE_FORMATS:
        raise UsageError(
            f"'{path.name}' is {name.lower()}, a text a line, and no table.",
            hint="Of texts say --type text, or use TextSynthesizer; if it is a table, name its format with --format.",
        )


def typed(table: Given, parameters: Parameters) -> tuple[pl.DataFrame, Metadata, Kind]:
    """
    The table with its columns' meaning found or as told, without those that `exclude` names.

    Raises:
        InputInvalid, InputRefused, ConstraintBroken: as `data.inference.infer`.
    """
    frame, metadata = infer(
        table.frame,
        textual=table.textual,
        null=table.null,
        exclude=parameters.exclude,
        columns=parameters.told_columns,
    )
    return frame, metadata, table.kind


def conform(table: Given, metadata: Metadata) -> pl.DataFrame:
    """
    The columns that `metadata` names, stored so that they compare with it.

    Raises:
        MetadataError: a column is missing, or holds something else; names it.
    """
    if missing := [name for name in metadata.names if name not in table.frame.columns]:
        raise MetadataError(f"A table lacks the column '{missing[0]}'.", hint="Compare tables of the same columns.")
    frame = table.frame.select(metadata.names)
    read = [c for c in metadata.columns if (table.textual or c.as_text) and _is_text(frame, c.name)]
    frame = frame.with_columns(unspell(frame[c.name], c) for c in read)
    return frame.with_columns(_cast(frame[c.name], c.dtype, numeric=c.type in NUMERIC) for c in metadata.columns)


def _is_text(frame: pl.DataFrame, name: str) -> bool:
    """JSON tells numbers and booleans itself."""
    return frame.schema[name] == pl.String


def _cast(series: pl.Series, dtype: pl.DataType, *, numeric: bool) -> pl.Series:
    """The series as the dtype; whole numbers that became decimals on the way stay decimals."""
    if numeric and series.dtype.is_float() and dtype.is_integer():
        return series
    if series.dtype == dtype:
        return series
    try:
        return series.cast(dtype)
    except pl.exceptions.PolarsError:
        pass
    raise MetadataError(f"The column '{series.name}' holds something else in one of the tables.")
