"""Arrow IPC: the file format is written, file and stream formats are read. The polars schema comes back identical."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import polars as pl

from lookalike.data.checks import quiet
from lookalike.data.metadata import Metadata
from lookalike.errors import InputInvalid
from lookalike.formats import ReadOptions, WriteOptions
from lookalike.formats._arrow_stream import batches
from lookalike.formats._frames import as_read, refuse_nested, sink, sliced

suffixes = (".arrow", ".feather", ".ipc")
textual = False
finish = as_read

_OLDEST = pl.CompatLevel.oldest()  # plain strings instead of string views, which older readers lack
_MAGIC = b"ARROW1"
_CONTINUATION = b"\xff\xff\xff\xff"  # begins each message of the stream format


def read(stream: BinaryIO, options: ReadOptions) -> Iterator[pl.DataFrame]:
    """
    Rows with the dtypes of the file.

    Raises:
        InputInvalid: not Arrow IPC, damaged, cut short.
        InputRefused: a nested column.
    """
    source = stream if stream.seekable() else io.BytesIO(stream.read())
    damaged = InputInvalid("The Arrow file is damaged or cut short.", hint="Write or copy it again.")
    frames = _frames(source)
    while (frame := quiet(lambda: next(frames, None), damaged)) is not None:
        refuse_nested(frame.schema, options.nested)
        yield frame


def _frames(source: BinaryIO) -> Iterator[pl.DataFrame]:
    start = source.read(len(_MAGIC))
    source.seek(0)
    if not start:
        raise InputInvalid("The file is empty.")
    if start.startswith(_CONTINUATION):
        return batches(source)
    if start != _MAGIC:
        raise InputInvalid("The file is not Arrow IPC.", hint="Name the format it is in.")
    return sliced(pl.scan_ipc(source))


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    An Arrow IPC file, uncompressed so that it can be mapped into memory, written as the frames come.

    Raises:
        MetadataError: frames of other columns or dtypes.
    """
    sink(frames, metadata, lambda table: table.sink_ipc(stream, compression="uncompressed", compat_level=_OLDEST))
