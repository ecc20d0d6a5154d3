"""The beginning of an input, and how long the whole is, without reading it."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.errors import InputNotFound, ObjectMissing, PreviewRefused
from lookalike.pipeline.context import Ceilings
from lookalike.pipeline.tables import frames
from lookalike.pipeline.work import Request
from lookalike.storage import Bucket, Buckets, ObjectInfo
from lookalike.storage.patterns import find, is_several

HEAD_ROWS = 10_000  # what columns mean is seen in fewer
ARRAY_MAX_BYTES = 16 << 20  # a JSON array is read as one text
_AS_A_WHOLE = "json"
_COUNTED: Mapping[str, Callable[[BinaryIO], pl.LazyFrame]] = {"parquet": pl.scan_parquet, "arrow": pl.scan_ipc}


@dataclass(frozen=True)
class Head:
    """
    The first rows of an input.

    Attributes:
        raw: As the format tells them, not finished.
        rows_total: Of all objects.
        estimated: `rows_total` was carried on from bytes, not counted.
    """

    raw: pl.DataFrame
    rows_total: int
    estimated: bool
    n_objects: int


def head(request: Request, buckets: Buckets, ceilings: Ceilings) -> Head:
    """
    The first rows of the input's first object.

    Raises:
        InputNotFound, InputInvalid, InputRefused: as the job would.
        PreviewRefused: a JSON array that is long.
    """
    bucket = buckets[request.input_bucket]
    objects = _objects(bucket, request)
    first, compression = objects[0], formats.split_path(objects[0].path)[1]
    if request.input_format == _AS_A_WHOLE and first.size_bytes > ARRAY_MAX_BYTES:
        raise PreviewRefused(
            f"A JSON array of more than {ARRAY_MAX_BYTES >> 20} MB has to be read whole.",
            hint="Give JSON Lines, or submit the job without a preview.",
        )
    with bucket.open(first.path) as stream:
        counted = _Counted(stream)
        read = frames(cast(BinaryIO, counted), request.input_format, compression, request, ceilings)
        found, whole = _first_frames(read, counted, first.size_bytes)
        n_rows = found.height if whole else _n_rows(counted, found.height, first.size_bytes, request.input_format)
    size_bytes = sum(info.size_bytes for info in objects)
    several = len(objects) > 1
    total = round(n_rows * size_bytes / first.size_bytes) if several else n_rows
    exact = not several and (whole or request.input_format in _COUNTED)
    return Head(found.head(HEAD_ROWS), total, not exact, len(objects))


def _objects(bucket: Bucket, request: Request) -> Sequence[ObjectInfo]:
    path = request.input_path
    try:
        found = [i for i in find(bucket, path) if i.size_bytes] if is_several(path) else [bucket.head(path)]
    except ObjectMissing:
        found = []
    if not found:
        raise InputNotFound(f"There is no object for '{path}' in bucket '{request.input_bucket}'.")
    return found


def _first_frames(read: Iterator[pl.DataFrame], counted: "_Counted", size_bytes: int) -> tuple[pl.DataFrame, bool]:
    """Frames until there are enough rows, as one, or all that were read with them; and whether these are all."""
    taken, n_rows = [], 0
    for frame in read:
        taken.append(frame)
        n_rows += frame.height
        if n_rows >= HEAD_ROWS and counted.n_bytes < size_bytes:
            return formats.joined(taken), False
    return formats.joined(taken), True


def _n_rows(counted: "_Counted", n_read: int, size_bytes: int, format_name: str) -> int:
    """Rows of an object: as its end tells, else as many as there are lines if all are like those that were read."""
    if format_name in _COUNTED:
        counted.seek(0)
        return int(_COUNTED[format_name](cast(BinaryIO, counted)).select(pl.len()).collect().item())
    n_seen = counted.n_lines if counted.n_lines >= n_read else n_read  # fewer lines than rows: they are compressed
    return max(n_read, round(n_seen * size_bytes / max(counted.n_bytes, 1)))


class _Counted(io.RawIOBase):
    """Passes bytes on and counts them, and the lines that end in them."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.n_bytes = 0
        self.n_lines = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._source.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def readinto(self, buffer: Any) -> int:
        value = self._source.read(len(buffer))
        buffer[: len(value)] = value
        self.n_bytes += len(value)
        self.n_lines += value.count(b"\n")
        return len(value)
