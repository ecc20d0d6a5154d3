"""
Arrow's stream format, some record batches at a time.

Source: Arrow Columnar Format 1.5, "Encapsulated message format" and ``format/Message.fbs``; FlatBuffers' binary layout.
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import polars as pl

_CONTINUATION = b"\xff\xff\xff\xff"  # before each message
_END = _CONTINUATION + bytes(4)
_RECORD_BATCH = 3  # in the union MessageHeader, after Schema and DictionaryBatch
_AT_A_TIME_BYTES = 32 << 20


class _Message(NamedTuple):
    data: bytes
    kind: int


def batches(stream: BinaryIO) -> Iterator[pl.DataFrame]:
    """
    The rows in their order; at least one frame.

    Raises:
        Exception: whatever, if this is no whole stream of messages.
    """
    head, rows, begun = b"", b"", False
    for message in _messages(stream):
        if message.kind == _RECORD_BATCH:
            rows += message.data
        else:
            if rows:  # dictionaries may be replaced: what came before is to be read with the old ones
                yield _parsed(head, rows)
                begun = True
            head, rows = head + message.data, b""
        if len(rows) >= _AT_A_TIME_BYTES:
            yield _parsed(head, rows)
            rows, begun = b"", True
    if rows or not begun:
        yield _parsed(head, rows)


def _parsed(head: bytes, rows: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(head + rows + _END))


def _messages(stream: BinaryIO) -> Iterator[_Message]:
    """Schema, dictionaries and record batches, up to the mark of the end or the end of the file."""
    while prefix := stream.read(8):
        if prefix == _END:
            return
        if prefix[:4] != _CONTINUATION:
            raise ValueError("no message")
        metadata = _exactly(stream, *struct.unpack_from("<i", prefix, 4))
        kind, body_length = _header(metadata)
        yield _Message(prefix + metadata + _exactly(stream, body_length), kind)


def _header(metadata: bytes) -> tuple[int, int]:
    """Kind and length of the body, in bytes, of a message: fields 1 and 3 of its table."""
    (table,) = struct.unpack_from("<I", metadata, 0)
    vtable = table - struct.unpack_from("<i", metadata, table)[0]
    (size,) = struct.unpack_from("<H", metadata, vtable)

    def field(number: int, form: str) -> int:
        place = 4 + 2 * number
        offset = struct.unpack_from("<H", metadata, vtable + place)[0] if place < size else 0
        return int(struct.unpack_from(form, metadata, table + offset)[0]) if offset else 0  # 0 is never stored

    return field(1, "<B"), field(3, "<q")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size) if size >= 0 else b""
    if len(data) != size:
        raise EOFError
    return data
