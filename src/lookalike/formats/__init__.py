"""
Byte streams to tables and back; one file a format.

A part exports `read` and `write` (see `Read`, `Write`), `suffixes` (file name endings it owns, e.g. ``(".csv",)``) and
`textual`. A textual format's `read` leaves every cell a String (or what JSON itself types); what they mean is found
afterwards by `data.inference`. Compression is not a format's business: `formats.compression` wraps the stream.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import polars as pl

from lookalike.data.metadata import Metadata


@dataclass(frozen=True)
class ReadOptions:
    """
    How to read text formats.

    Attributes:
        delimiter: CSV: one character between cells; None finds it among comma, semicolon, tab, bar.
        null: The token that stands for a missing cell, beside the empty cell.
    """

    delimiter: str | None = None
    null: str | None = None


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
    def __call__(self, stream: BinaryIO, options: ReadOptions) -> pl.DataFrame:
        """
        The whole table in a stream.

        Args:
            stream: Readable; seekable for binary formats. Uncompressed.

        Raises:
            InputInvalid: names line (text formats, from 1) or column and what to do; never quotes a cell.
            InputRefused: readable, but nothing to learn from (no columns, nested).
        """


class Write(Protocol):
    def __call__(
        self, frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions
    ) -> None:
        """
        Write frames of the same columns one after the other as one table, in memory bound by the largest frame.

        The same frames give the same bytes: nothing of time, host or version beyond the format's own goes in.
        """
