"""JSON: an array of objects, UTF-8, written with one object a line."""

import re
from collections.abc import Iterable, Iterator
from json import JSONDecoder
from typing import BinaryIO, NoReturn

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.errors import InputInvalid
from lookalike.formats import ReadOptions, WriteOptions, _records, decompressed
from lookalike.formats._records import BadRecord, BrokenJson, Record, decode, decoder, lines, tables
from lookalike.formats._text import Text, check_text

suffixes = (".json",)
textual = True
finish = _records.finish

SIZE_MAX_BYTES = 512 << 20  # an array is read as one text; JSON Lines has no such limit
_SPACE = re.compile(r"[ \t\r\n]*")
_HINT = 'Give an array of objects: [{"column": value, …}, …]; or name the format jsonl.'


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
    """
    A row for each object of the array; a key that an object lacks is a missing cell.

    Raises:
        InputInvalid: over 512 MB, not JSON, no array of objects, two kinds of values in a column; names line or record.
        InputRefused: an empty array; nested values; names the column.
    """
    data = decompressed(stream, None, limit_bytes=SIZE_MAX_BYTES).read()  # a size to read would be taken at once
    check_text(Text(data))
    return tables(_objects(data.decode("utf-8-sig")), "record", options.nested)


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    An array with one object a line.

    Raises:
        MetadataError: frames of other columns.
    """
    before = "[\n"
    for rows in lines(frames, metadata):
        stream.write((before + ",\n".join(rows)).encode())
        before = ",\n"
    stream.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _objects(text: str) -> Iterator[Record]:
    reader = decoder()
    at = _after(text, 0, "[")
    if text[at : at + 1] == "]":
        _end(text, at + 1)
        return
    n = 1
    while True:
        record, at = _record(reader, text, at, n)
        yield record
        n += 1
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            _end(text, at + 1)
            return
        at = _after(text, at, ",")


def _record(reader: JSONDecoder, text: str, at: int, n: int) -> tuple[Record, int]:
    try:
        value, end = decode(reader, text, at)
    except BadRecord as bad:
        problem = str(bad)
    except BrokenJson as broken:
        problem = ""
        at = broken.at
    else:
        if isinstance(value, dict):
            return value, end
        problem = "is not an object"
    if not problem:
        _broken(text, at)
    raise InputInvalid(f"Record {n} {problem}.", hint=_HINT)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _after(text: str, at: int, sign: str) -> int:
    """Where the next value begins after a sign that must come now."""
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        _broken(text, at)
    return _skip(text, at + 1)


def _end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        _broken(text, _skip(text, at))


def _broken(text: str, at: int) -> NoReturn:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    if at >= len(text):
        raise InputInvalid(f"The JSON ends too early, in line {line}.", hint="Copy the file again in full.")
    raise InputInvalid(f"Line {line}, character {column}: not what an array of objects has there.", hint=_HINT)
