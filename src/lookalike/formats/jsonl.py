"""JSON Lines: an object a line, UTF-8."""

from collections.abc import Iterable, Iterator
from json import JSONDecoder
from typing import BinaryIO

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.errors import InputInvalid
from lookalike.formats import ReadOptions, WriteOptions, _records
from lookalike.formats._pieces import pieces
from lookalike.formats._records import BadRecord, BrokenJson, Record, decode, decoder, lines, tables
from lookalike.formats._text import Text, check_begun, check_text

suffixes = (".jsonl", ".ndjson")
textual = True
finish = _records.finish

_BOM = b"\xef\xbb\xbf"


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
    """
    A row a line; a key that a line lacks is a missing cell. Blank lines may stand at the end only.

    Raises:
        InputInvalid: not JSON, not objects, two kinds of values in a column; names line and column.
        InputRefused: nested values; names the column; a line without end.
    """
    texts = pieces(stream, quoted=False, check=check_begun)
    return tables((record for text in texts for record in _objects(text)), "line", options.nested)


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    An object a line, LF at the end of each, keys in the order of the columns.

    Raises:
        MetadataError: frames of other columns.
    """
    for rows in lines(frames, metadata):
        stream.write(("\n".join(rows) + "\n").encode())


def _objects(text: Text) -> Iterator[Record]:
    check_text(text)
    reader = decoder()
    lines_ = text.data.removeprefix(_BOM).rstrip()
    for i, line in enumerate(lines_.split(b"\n") if lines_ else []):
        yield _record(reader, line.decode().strip(" \t\r"), text.first_line + i)


def _record(reader: JSONDecoder, text: str, line: int) -> Record:
    try:
        value, end = decode(reader, text, 0)
    except BadRecord as bad:
        problem = str(bad)
    except BrokenJson as broken:
        problem = f"is not JSON at character {broken.at + 1}"
    else:
        if end == len(text) and isinstance(value, dict):
            return value
        problem = f"is not JSON at character {end + 1}" if end != len(text) else "is not an object"
    raise InputInvalid(f"Line {line} {problem}.", hint='Give one object a line: {"column": value, …}.')
