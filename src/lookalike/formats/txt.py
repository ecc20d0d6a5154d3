"""Text: a record a line, UTF-8, LF or CRLF; no header, no quotes, one column."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

import polars as pl

from lookalike.data.metadata import Column, Metadata
from lookalike.data.spelling import spell
from lookalike.errors import InputInvalid, InputRefused, MetadataError
from lookalike.formats import ReadOptions, WriteOptions
from lookalike.formats._frames import as_read, checked
from lookalike.formats._pieces import pieces
from lookalike.formats._text import Text, check_begun, check_text

suffixes = (".txt",)
textual = True
finish = as_read

NAME = "text"  # of the column that is read
RECORD_MAX_CHARS = 1_000_000  # a line beyond it is a file without lines: a book, a dump, not a record
_RECORD_MAX_BYTES = 4 * RECORD_MAX_CHARS  # no character of UTF-8 has more than four
_BOM = b"\xef\xbb\xbf"
_LINE_END = "[\r\n]"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
    """
    A record a line, in one column of String; an empty line is the empty text. Only LF and CRLF end a line.

    Raises:
        InputInvalid: empty (nothing but line ends), binary, not UTF-8, a CR that ends no line; names the line.
        InputRefused: a line of more than `RECORD_MAX_CHARS` characters; no more than that is read of it.
    """
    for text in pieces(stream, quoted=False, check=_too_long, most=_RECORD_MAX_BYTES):
        check_text(text)
        text = replace(text, data=text.data.removeprefix(_BOM).replace(b"\r\n", b"\n"))
        if (at := text.data.find(b"\r")) >= 0:
            raise InputInvalid(
                f"Line {text.line_at(at)} has a carriage return that ends no line.",
                hint="Save the file with LF or CRLF line ends; of texts with line ends inside give CSV or JSON Lines.",
            )
        records = pl.Series(NAME, text.data.decode().removesuffix("\n").split("\n"), dtype=pl.String)
        _refuse_long(records, text.first_line)
        yield records.to_frame()


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    A record a line, LF at the end of each; a missing one is an empty line.

    Raises:
        MetadataError: frames of other columns, or of several; a text with a line end in it.
    """
    column = _only(metadata)
    n_before = 0
    for frame in checked(frames, metadata):
        records = frame.select(spell(column).fill_null("")).to_series()
        _refuse_line_ends(records, n_before)
        n_before += len(records)
        if len(records):
            stream.write(("\n".join(records) + "\n").encode())


def _too_long(endless: Text) -> None:
    """What is wrong with a file that has a line without end; binary files have none either."""
    check_begun(endless)
    raise _refused(endless.first_line)


def _refuse_long(records: pl.Series, first_line: int) -> None:
    long = records.str.len_chars() > RECORD_MAX_CHARS
    if long.any():
        raise _refused(int(long.arg_max() or 0) + first_line)


def _refused(line: int) -> InputRefused:
    return InputRefused(
        f"Line {line} has more than {RECORD_MAX_CHARS:,} characters.",
        hint="Give a record a line, and long texts in pieces.",
    )


def _only(metadata: Metadata) -> Column:
    if len(metadata.columns) != 1:
        raise MetadataError(
            f"txt holds one column, and there are {len(metadata.columns)}.", hint="Write csv, jsonl or parquet."
        )
    return metadata.columns[0]


def _refuse_line_ends(records: pl.Series, n_before: int) -> None:
    broken = records.str.contains(_LINE_END)
    if broken.any():
        raise MetadataError(
            f"Record {n_before + int(broken.arg_max() or 0) + 1} has a line end, which txt has no room for.",
            hint="Write csv, jsonl or parquet.",
        )
