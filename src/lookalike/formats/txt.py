"""Text: a record a line, UTF-8, LF or CRLF; no header, no quotes, one column."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import polars as pl

from lookalike.data.metadata import Column, Metadata
from lookalike.data.spelling import spell
from lookalike.errors import InputInvalid, InputRefused, MetadataError
from lookalike.formats import ReadOptions, WriteOptions
from lookalike.formats._frames import checked
from lookalike.formats._text import check_text, line_at

suffixes = (".txt",)
textual = True

NAME = "text"  # of the column that is read
RECORD_MAX_CHARS = 1_000_000  # a line beyond it is a file without lines: a book, a dump, not a record
_RECORD_MAX_BYTES = 4 * RECORD_MAX_CHARS  # no character of UTF-8 has more than four
_CHUNK_BYTES = 4 << 20
_BOM = b"\xef\xbb\xbf"
_LINE_END = "[\r\n]"


def read(stream: BinaryIO, options: ReadOptions) -> pl.DataFrame:
    """
    A record a line, in one column of String; an empty line is the empty text. Only LF and CRLF end a line.

    Raises:
        InputInvalid: empty (nothing but line ends), binary, not UTF-8, a CR that ends no line; names the line.
        InputRefused: a line of more than `RECORD_MAX_CHARS` characters; no more than that is read of it.
    """
    data = _bounded(stream)
    check_text(data)
    data = data.removeprefix(_BOM).replace(b"\r\n", b"\n")
    if (at := data.find(b"\r")) >= 0:
        raise InputInvalid(
            f"Line {line_at(data, at)} has a carriage return that ends no line.",
            hint="Save the file with LF or CRLF line ends; of texts with line ends inside give CSV or JSON Lines.",
        )
    pieces = pl.Series(NAME, list(_pieces(data.removesuffix(b"\n"))), dtype=pl.String)
    records = pieces.str.split("\n").explode()
    _refuse_long(records)
    return records.to_frame()


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


def _bounded(stream: BinaryIO) -> bytes:
    """All bytes, unless a line is too long: of the file only what is needed to see it is read."""
    chunks, length = list[bytes](), 0
    while chunk := stream.read(_CHUNK_BYTES):
        chunks.append(chunk)
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        length += len(chunk) if first < 0 else first
        if length > _RECORD_MAX_BYTES:
            raise _too_long(b"".join(chunks))
        length = length if first < 0 else len(chunk) - last - 1
    return b"".join(chunks)


def _pieces(data: bytes) -> Iterator[str]:
    """The text between some of the line ends, since polars splits no text of more than 4 GB."""
    start = 0
    while (end := data.find(b"\n", start + _CHUNK_BYTES)) >= 0:
        yield data[start:end].decode()
        start = end + 1
    yield data[start:].decode()


def _too_long(data: bytes) -> InputRefused:
    """What is wrong with a file whose beginning has a line without end; binary files have none either."""
    of_last = next((n for n in range(1, 5) if data[-n] & 0xC0 == 0xC0), 0)  # bytes since a character of several began
    check_text(data[: len(data) - of_last])
    return _refused(line_at(data, len(data)))


def _refuse_long(records: pl.Series) -> None:
    long = records.str.len_chars() > RECORD_MAX_CHARS
    if long.any():
        raise _refused(int(long.arg_max() or 0) + 1)


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
