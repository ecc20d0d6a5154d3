"""The objects of an input, copied to a folder of this machine, where they can be read as often as it takes."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.errors import InputChanged, InputInvalid, InputNotFound, InputRefused, ObjectMissing
from lookalike.pipeline.context import Context
from lookalike.pipeline.tables import copy, frames
from lookalike.pipeline.work import Request
from lookalike.storage import ObjectInfo
from lookalike.storage.patterns import find, is_several

AT_A_TIME = 8  # objects that are fetched together: of small ones most of the time is waiting


@dataclass(frozen=True)
class Spooled:
    """A copy of an object: where it stands, and what its bytes are."""

    info: ObjectInfo
    file: Path
    sha256: str
    size_bytes: int


@contextmanager
def spooled(request: Request, context: Context) -> Iterator[Sequence[Spooled]]:
    """
    Copies of the input's objects, by path; gone at the end.

    Raises:
        InputNotFound: there is no such object.
        InputRefused: more bytes than are taken.
        InputChanged: while it was being read.
    """
    before = _list(request, context)
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for one in _fetch(before, Path(folder), request, context):
            copies.append(one)
            context.listener.progress("ingest", 0.4 * len(copies) / len(before))
        if _list(request, context) != before or any(one.size_bytes != one.info.size_bytes for one in copies):
            raise InputChanged(f"'{request.input_path}' changed while it was being read.")
        yield copies


def digest(request: Request, copies: Sequence[Spooled]) -> str:
    """SHA-256 of the input: of several objects that of the lines which ``sha256sum`` writes of them, by path."""
    if not is_several(request.input_path):
        return copies[0].sha256
    lines = "".join(f"{one.sha256}  {one.info.path}\n" for one in copies)
    return sha256(lines.encode()).hexdigest()


def read(one: Spooled, request: Request, context: Context) -> Iterator[pl.DataFrame]:
    """
    The rows of a copy as the format tells them, some at a time; of several objects errors name the one.

    Raises:
        InputInvalid, InputRefused: see `tables.frames`.
    """
    try:
        with one.file.open("rb") as stream:
            compression = formats.split_path(one.info.path)[1]
            yield from frames(stream, request.input_format, compression, request, context.ceilings)
    except (InputInvalid, InputRefused) as error:
        if is_several(request.input_path):
            raise type(error)(f"'{one.info.path}': {error.message}", hint=error.hint) from None
        raise


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


def _fetch(objects: Sequence[ObjectInfo], folder: Path, request: Request, context: Context) -> Iterator[Spooled]:
    """The objects in their order, a few at a time."""

    def fetched(number: int, info: ObjectInfo) -> Spooled:
        file = folder / str(number)
        try:
            with file.open("wb") as target:
                return Spooled(info, file, *copy(context, request.input_bucket, info.path, cast(BinaryIO, target)))
        except ObjectMissing:
            raise InputChanged(f"'{info.path}' was taken away while the input was being read.") from None

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        for start in range(0, len(objects), AT_A_TIME):
            some = objects[start : start + AT_A_TIME]
            yield from threads.map(fetched, range(start, start + len(some)), some)
