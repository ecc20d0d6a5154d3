"""Objects in S3, GCS, Azure and memory, through obstore."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError

from lookalike.errors import StorageAway, StorageFailed
from lookalike.storage import Bytes, Level, ObjectInfo
from lookalike.storage.paths import check
from lookalike.storage.telling import FAULTS, failed, told

_READ_BUFFER = 4 * 1024 * 1024
_WRITE_BUFFER = 8 * 1024 * 1024  # S3 parts are 5 MiB at least


class ObstoreBucket:
    """
    A `Bucket` over one obstore store.

    Args:
        again_s: See `telling.Named`.
    """

    def __init__(self, name: str, store: Any, *, again_s: float = 0.0) -> None:
        self.name = name
        self.again_s = again_s
        self._store = store

    @told
    def head(self, path: str) -> ObjectInfo:
        return _info(obstore.head(self._store, check(path)))

    @told
    def read(self, path: str) -> bytes:
        return bytes(obstore.get(self._store, check(path)).bytes())

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        with io.BufferedReader(_Reader(self._reader(path), self.name, path), _READ_BUFFER) as stream:
            yield cast(BinaryIO, stream)

    @told
    def write(self, path: str, value: bytes) -> None:
        self._put(path, value)

    @told
    def create(self, path: str, value: Bytes) -> bool:
        try:
            self._put(path, value, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return self._holds(path, value)  # the answer to an earlier try, obstore's or ours, may have been lost
        return True

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        sink = _Writer(self._writer(path), self.name, path)
        buffered = io.BufferedWriter(sink, 1024 * 1024)
        try:
            yield cast(BinaryIO, buffered)  # an error passes by here: the sink is never closed, so no object appears
            buffered.flush()
        except Exception:
            if sink.fault is not None:  # a library that writes to it may tell only that writing failed
                raise sink.fault from None
            raise
        before = self._facts(path) if sink.size > _WRITE_BUFFER else None
        if not sink.finish() and (before is None or not self._arrived(path, sink.size, before)):
            raise failed(self.name, path)

    @told
    def copy(self, source: str, target: str) -> None:
        obstore.copy(self._store, check(source), check(target))

    @told
    def delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, check(path))
        except FileNotFoundError:
            return

    @told
    def objects(self, prefix: str) -> list[ObjectInfo]:
        pages = obstore.list(self._store, prefix=check(prefix) if prefix else None)
        return sorted((_info(meta) for page in pages for meta in page), key=lambda info: info.path)

    @told
    def page(self, prefix: str, after: str, limit: int) -> list[ObjectInfo]:
        pages = obstore.list(self._store, prefix=check(prefix) if prefix else None, offset=after or None)
        found = (_info(meta) for page in pages for meta in page)
        return list(islice((info for info in found if info.path > after), limit))

    @told
    def level(self, prefix: str) -> Level:
        found = obstore.list_with_delimiter(self._store, prefix=check(prefix) if prefix else None)
        objects = sorted((_info(meta) for meta in found["objects"]), key=lambda info: info.path)
        return Level(objects, sorted(f"{folder}/" for folder in found["common_prefixes"]))

    @told
    def _reader(self, path: str) -> Any:
        return obstore.open_reader(self._store, check(path), buffer_size=_READ_BUFFER)

    @told
    def _writer(self, path: str) -> Any:
        return obstore.open_writer(self._store, check(path), buffer_size=_WRITE_BUFFER)

    def _put(self, path: str, value: Bytes, **how: Any) -> None:
        try:
            obstore.put(self._store, check(path), value, **how)
        except FileNotFoundError:
            raise StorageAway(f"Bucket '{self.name}' is not there.") from None

    def _holds(self, path: str, value: Bytes) -> bool:
        stored, at = obstore.get(self._store, path), 0
        with memoryview(value) as view:
            if stored.meta["size"] != len(view):
                return False
            for chunk in stored.stream():
                if view[at : at + len(chunk)] != memoryview(chunk):
                    return False
                at += len(chunk)
            return at == len(view)

    def _arrived(self, path: str, size: int, before: Mapping[str, Any]) -> bool:
        """Whether an upload in parts is done, though the store, asked again after a lost answer, knows it no more."""
        after = self._facts(path)
        return after != before and after.get("size") == size

    @told
    def _facts(self, path: str) -> Mapping[str, Any]:
        """All that is known of an object, empty if there is none."""
        try:
            return obstore.head(self._store, path)
        except FileNotFoundError:
            return {}


def _info(meta: Mapping[str, Any]) -> ObjectInfo:
    return ObjectInfo(meta["path"], meta["size"], meta.get("e_tag"))


class _Reader(io.RawIOBase):
    def __init__(self, source: Any, bucket: str, path: str) -> None:
        self._source = source
        self._where = bucket, path

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            value = self._source.read(len(buffer))
        except FAULTS as error:
            raise failed(*self._where, error) from None
        buffer[: len(value)] = value
        return len(value)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell())


class _Writer(io.RawIOBase):
    def __init__(self, sink: Any, bucket: str, path: str) -> None:
        self._sink = sink
        self._where = bucket, path
        self.size = 0
        self.fault: StorageFailed | None = None

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        try:
            self._sink.write(bytes(value))
        except FAULTS as error:
            self.fault = failed(*self._where, error)
            raise self.fault from None
        self.size += len(value)
        return len(value)

    def finish(self) -> bool:
        """Let the bytes become the object; False where the store does not say whether they have."""
        try:
            self._sink.close()
        except FAULTS:
            return False
        return True
