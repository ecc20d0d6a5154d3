"""The input of a job: one object, or several that are one table, and a digest of their bytes."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.errors import InputChanged, InputInvalid, InputNotFound, InputRefused, ObjectMissing
from lookalike.pipeline.context import Context
from lookalike.pipeline.tables import copy, read
from lookalike.pipeline.work import Request
from lookalike.storage import ObjectInfo
from lookalike.storage.patterns import find, is_several

AT_A_TIME = 8  # objects that are fetched together: of small ones most of the time is waiting

Facts = dict[str, Any]


def gather(request: Request, context: Context) -> tuple[pl.DataFrame, Facts]:
    """
    The cells as the format tells them, and facts of the input: `etag` (of one object), `sha256`, `rows`, `size_bytes`,
    `objects`. The digest of several is that of the lines that ``sha256sum`` writes of them, by path.

    Raises:
        InputNotFound: there is no such object.
        InputInvalid: an object cannot be read, or has other columns than the first.
        InputRefused: more bytes or columns than are taken.
        InputChanged: while it was being read.
    """
    several = is_several(request.input_path)
    before = _list(request, context)
    fetched = []
    for one in _fetch(before, request, context):
        fetched.append(one)
        context.listener.progress("ingest", 0.5 * len(fetched) / len(before))
    if _list(request, context) != before or any(one.size_bytes != one.info.size_bytes for one in fetched):
        raise InputChanged(f"'{request.input_path}' changed while it was being read.")
    cells = {one.info.path: one.cells for one in fetched}
    table = _one_table(cells, textual=formats.load(request.input_format).textual)
    lines = "".join(f"{one.sha256}  {one.info.path}\n" for one in fetched)
    return table, {
        "etag": None if several else before[0].etag,
        "sha256": sha256(lines.encode()).hexdigest() if several else fetched[0].sha256,
        "rows": table.height,
        "size_bytes": sum(one.size_bytes for one in fetched),
        "objects": len(fetched),
    }


@dataclass(frozen=True)
class _Fetched:
    info: ObjectInfo
    cells: pl.DataFrame
    sha256: str
    size_bytes: int


def _list(request: Request, context: Context) -> Sequence[ObjectInfo]:
    """The objects of the input as they are now, by path; of several none that is empty."""
    bucket, path = context.buckets[request.input_bucket], request.input_path
    if not is_several(path):
        try:
            return [bucket.head(path)]
        except ObjectMissing:
            raise InputNotFound(f"There is no '{path}' in bucket '{request.input_bucket}'.") from None
    found = [info for info in find(bucket, path) if info.size_bytes]
    if not found:
        raise InputNotFound(
            f"There is no object for '{path}' in bucket '{request.input_bucket}'.",
            hint="'*' is any part of a name, '**' any folders; names that begin with '.' or '_' are passed over.",
        )
    if sum(info.size_bytes for info in found) > context.ceilings.input_bytes:
        raise InputRefused(
            f"The {len(found):,} objects of '{path}' have more than {context.ceilings.input_bytes:,} bytes.",
            hint="Give a sample of them.",
        )
    return found


def _fetch(objects: Sequence[ObjectInfo], request: Request, context: Context) -> Iterator[_Fetched]:
    """The objects in their order, a few at a time."""

    def copied(info: ObjectInfo, target: BinaryIO) -> tuple[str, int]:
        try:
            return copy(context, request.input_bucket, info.path, target)
        except ObjectMissing:
            raise InputChanged(f"'{info.path}' was taken away while the input was being read.") from None

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        for start in range(0, len(objects), AT_A_TIME):
            some = objects[start : start + AT_A_TIME]
            with ExitStack() as opened:
                streams = [cast(BinaryIO, opened.enter_context(tempfile.TemporaryFile())) for _ in some]
                copies = threads.map(copied, some, streams)
                for info, stream, (digest, size_bytes) in zip(some, streams, copies, strict=True):
                    yield _Fetched(info, _cells(stream, info.path, request, context), digest, size_bytes)


def _cells(stream: BinaryIO, path: str, request: Request, context: Context) -> pl.DataFrame:
    compression = formats.split_path(path)[1]
    try:
        return read(stream, request.input_format, compression, request, context.ceilings)
    except (InputInvalid, InputRefused) as error:
        if is_several(request.input_path):
            raise type(error)(f"'{path}': {error.message}", hint=error.hint) from None
        raise


def _one_table(cells: Mapping[str, pl.DataFrame], *, textual: bool) -> pl.DataFrame:
    """The rows of all objects, in the columns of the first."""
    (first, table), *others = cells.items()
    known = {name: (first, dtype) for name, dtype in table.schema.items()}
    for path, frame in others:
        _refuse_other_columns((first, table), (path, frame))
        for name, (where, dtype) in known.items():
            joined = _joined(dtype, frame.schema[name], textual=textual)
            if joined is None:
                told = f"Column '{name}' is {dtype} in '{where}' and {frame.schema[name]} in '{path}'."
                raise InputInvalid(told, hint=_SAME)
            if joined != dtype:
                known[name] = (path, joined)
    schema = {name: dtype for name, (_, dtype) in known.items()}
    return pl.concat([frame.select(table.columns).cast(schema) for frame in cells.values()])  # type: ignore[arg-type]


def _joined(one: pl.DataType, other: pl.DataType, *, textual: bool) -> pl.DataType | None:
    """The dtype that holds cells of both; where dtypes were read off the cells, any numbers are numbers."""
    if one == other or not textual:
        return one if one == other else None
    if pl.Null in (one, other):
        return other if one == pl.Null else one
    return pl.Float64() if one.is_numeric() and other.is_numeric() else None


def _refuse_other_columns(first: tuple[str, pl.DataFrame], other: tuple[str, pl.DataFrame]) -> None:
    for (path, frame), (known, table) in ((other, first), (first, other)):
        for name in table.columns:
            if name not in frame.columns:
                raise InputInvalid(f"'{path}' has no column '{name}', which '{known}' has.", hint=_SAME)


_SAME = "Give objects of the same columns and dtypes, or a path that stands for fewer of them."
