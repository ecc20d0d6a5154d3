"""Arrow IPC: the file format is written, file and stream formats are read. The polars schema comes back identical."""

import io
from collections.abc import Iterable
from typing import BinaryIO

import polars as pl

from lookalike.data.checks import quiet
from lookalike.data.metadata import Metadata
from lookalike.errors import InputInvalid
from lookalike.formats import ReadOptions, WriteOptions
from lookalike.formats._frames import refuse_nested, sink

suffixes = (".arrow", ".feather", ".ipc")
textual = False

_OLDEST = pl.CompatLevel.oldest()  # plain strings instead of string views, which older readers lack
_MAGIC = b"ARROW1"
_CONTINUATION = b"\xff\xff\xff\xff"  # begins each message of the stream format


def read(stream: BinaryIO, options: ReadOptions) -> pl.DataFrame:
    """
    The table with the dtypes of the file.

    Raises:
        InputInvalid: not Arrow IPC, damaged, cut short.
        InputRefused: a nested column.
    """
    data = stream.read()
    if not data:
        raise InputInvalid("The file is empty.")
    damaged = InputInvalid("The Arrow file is damaged or cut short.", hint="Write or copy it again.")
    frame = quiet(lambda: _parse(data), damaged)
    refuse_nested(frame.schema, options.nested)
    return frame


def write(frames: Iterable[pl.DataFrame], metadata: Metadata, stream: BinaryIO, options: WriteOptions) -> None:
    """
    An Arrow IPC file, uncompressed so that it can be mapped into memory, written as the frames come.

    Raises:
        MetadataError: frames of other columns or dtypes.
    """
    sink(frames, metadata, lambda table: table.sink_ipc(stream, compression="uncompressed", compat_level=_OLDEST))


def _parse(data: bytes) -> pl.DataFrame:
    if data.startswith(_MAGIC):
        return pl.read_ipc(io.BytesIO(data))
    if data.startswith(_CONTINUATION):
        return pl.read_ipc_stream(io.BytesIO(data))
    raise InputInvalid("The file is not Arrow IPC.", hint="Name the format it is in.")
