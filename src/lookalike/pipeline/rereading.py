"""Rows as they stand in an object that was just written: read back piece by piece, so that rules hold on the bytes."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import polars as pl

from lookalike import formats
from lookalike.data.checks import quiet
from lookalike.data.metadata import Column, Metadata
from lookalike.data.spelling import unspell
from lookalike.errors import InternalError

PIECE_BYTES = 32 << 20  # of a text format, held in memory a few times over
PIECE_ROWS = 1 << 20  # of the columns asked for, where a format can give only those

Read = Callable[[Path, Metadata, formats.ReadOptions], Iterator[pl.DataFrame]]


def reread(path: Path, format_name: str, columns: Metadata, options: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    """
    Columns of an uncompressed object, some rows at a time, in the columns' own dtypes.

    Args:
        path: A file that holds the object, as this version wrote it.
        columns: Those wanted.
        options: As the object would be read.

    Raises:
        InternalError: it cannot be read so.
    """
    pieces = _READERS[format_name](path, columns, options)
    unreadable = InternalError("A part cannot be read back as it was written.")
    typed = (_typed(piece, columns) for piece in pieces)
    while (piece := quiet(lambda: next(typed, None), unreadable)) is not None:
        yield piece


def _typed(piece: pl.DataFrame, columns: Metadata) -> pl.DataFrame:
    return pl.DataFrame([_cells(piece[column.name], column) for column in columns.columns])


def _cells(cells: pl.Series, column: Column) -> pl.Series:
    told = unspell(cells, column) if cells.dtype == pl.String else cells
    return told.cast(column.dtype)


def _parquet(path: Path, columns: Metadata, _: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    return _sliced(pl.scan_parquet(path), columns)


def _arrow(path: Path, columns: Metadata, _: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    return _sliced(pl.scan_ipc(path), columns)


def _sliced(table: pl.LazyFrame, columns: Metadata) -> Iterator[pl.DataFrame]:
    n_rows = int(table.select(pl.len()).collect().item())
    for start in range(0, n_rows, PIECE_ROWS):
        yield table.select(columns.names).slice(start, PIECE_ROWS).collect()


def _csv(path: Path, _: Metadata, options: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    with path.open("rb") as stream:
        yield from formats.load("csv").read(stream, options)


def _lines(path: Path, columns: Metadata, _: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    """An object a line, with or without brackets around all of them and commas between."""
    schema = {column.name: _told_as(column.dtype) for column in columns.columns}
    with path.open("rb") as stream:
        for piece in _pieces(stream):
            rows = piece.replace(b"},\n", b"}\n").removeprefix(b"[\n").removesuffix(b"\n]\n")
            if rows.strip():
                yield pl.read_ndjson(rows, schema=schema)


def _records(path: Path, columns: Metadata, options: formats.ReadOptions) -> Iterator[pl.DataFrame]:
    """A record a line: the only column there is."""
    with path.open("rb") as stream:
        for piece in formats.load("txt").read(stream, options):
            yield piece.rename(dict(zip(piece.columns, columns.names, strict=True)))


def _told_as(dtype: pl.DataType) -> pl.DataType:
    """What JSON makes of a dtype."""
    if dtype.is_integer() or dtype == pl.Boolean:
        return dtype
    return pl.Float64() if dtype.is_numeric() else pl.String()


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes in pieces that end at the end of a line."""
    rest = b""
    while chunk := stream.read(PIECE_BYTES):
        data = rest + chunk
        end = data.rfind(b"\n") + 1
        rest = data[end:]
        if end:
            yield data[:end]
    if rest:
        yield rest


_READERS: Mapping[str, Read] = {
    "arrow": _arrow,
    "csv": _csv,
    "json": _lines,
    "jsonl": _lines,
    "parquet": _parquet,
    "txt": _records,
}
