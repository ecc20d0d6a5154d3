"""
Byte streams to tables and back; one file a format.

A part exports `read`, `finish` and `write` (see `Format`), `suffixes` (endings of files it owns, as ``(".csv",)``) and
`textual`. A textual format's `read` leaves every cell a String (or what JSON itself types); what they mean is found
afterwards by `data.inference`. Compression is not a format's business: `decompressed` and `compressed` wrap the stream.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

import polars as pl

from lookalike import plugins
from lookalike.data.metadata import Metadata
from lookalike.errors import ValidationError
from lookalike.formats._compression import COMPRESSIONS, compressed, decompressed

__all__ = [
    "Format",
    "Read",
    "ReadOptions",
    "Write",
    "WriteOptions",
    "canonical",
    "compressed",
    "decompressed",
    "joined",
    "load",
    "read",
    "split_path",
]

_ROOM = "lookalike.formats"


@dataclass(frozen=True)
class ReadOptions:
    """
    How to read text formats.

    Attributes:
        delimiter: CSV: one character between cells; None finds it among comma, semicolon, tab, bar.
        null: CSV: the unquoted token that stands for a missing cell, beside the empty cell.
        nested: JSON, Parquet, Arrow: columns that may be nested. JSON's come flat, the others as they are.
    """

    delimiter: str | None = None
    null: str | None = None
    nested: frozenset[str] = frozenset()


@dataclass(frozen=True)
class WriteOptions:
    """
    How to write text formats.

    Attributes:
        delimiter: CSV: one character between cells.
        safe: CSV: neutralise cells that a spreadsheet would run as a formula.
    """

    delimiter: str = ","
    safe: bool = False


class Read(Protocol):
    def __call__(self, stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
        """
        The rows in a stream in their order, some at a time, so that a table may be larger than memory; at least one
        frame, be it without rows. Later frames may have more columns than earlier ones, or wider dtypes: `joined`.

        Args:
            stream: Readable. Uncompressed.

        Raises:
            InputInvalid: names line (text formats, from 1) or column and what to do; never quotes a cell.
            InputRefused: readable, but nothing to learn from (no columns, nested).
        """


class Finish(Protocol):
    def __call__(self, table: pl.DataFrame, /) -> pl.DataFrame:
        """
        The table of all frames that were read, or of some of their rows, as it is to be understood.

        Raises:
            InputInvalid, InputRefused: as of `Read`, what only all rows together show.
        """


class Write(Protocol):
    def __call__(
        self, frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions
    ) -> None:
        """
        Write frames of the same columns one after the other as one table, in memory bound by the largest frame.

        The same frames give the same bytes: nothing of time, host or version beyond the format's own goes in.

        Raises:
            MetadataError: if a frame has other columns than the metadata.
        """


class Format(Protocol):
    """What a part exports."""

    suffixes: tuple[str, ...]
    textual: bool
    read: Read
    finish: Finish
    write: Write


def canonical(name: str) -> str:
    """
    The public name of a format given in any case.

    Raises:
        ValidationError: there is no such format; the hint lists what there is.
    """
    if name.lower() in plugins.names(_ROOM):
        return name.lower()
    raise ValidationError("There is no such format.", hint=f"Known: {', '.join(plugins.names(_ROOM))}.")


def load(name: str) -> Format:
    """
    The part of that name, in any case.

    Raises:
        ValidationError: there is no such format.
    """
    return cast(Format, plugins.part(_ROOM, canonical(name)))


def read(name: str, stream: BinaryIO, options: ReadOptions) -> pl.DataFrame:
    """
    The whole table in a stream.

    Raises:
        ValidationError: there is no such format.
        InputInvalid, InputRefused: see `Read`, `Finish`.
    """
    part = load(name)
    return part.finish(joined(list(part.read(stream, options))))


def joined(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The frames that a format read as one table, not yet finished; one that lacks a column has no cells there."""
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()


def split_path(path: str) -> tuple[str | None, str | None]:
    """
    Format and compression by the endings of a path; None where none is known.

    ``a/b.CSV.gz`` gives ``("csv", "gz")``, ``a/b`` gives ``(None, None)``.
    """
    lower = path.lower()
    compression = next((c for c in COMPRESSIONS if lower.endswith(f".{c}")), None)
    stem = lower.removesuffix(f".{compression}")
    return next((n for n in plugins.names(_ROOM) if stem.endswith(load(n).suffixes)), None), compression
