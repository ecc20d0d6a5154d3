"""Objects in files, memory, S3, GCS and Azure, all through obstore."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, cast

import obstore
from obstore.exceptions import AlreadyExistsError

from lookalike.errors import ObjectMissing, StorageFailed
from lookalike.storage import ObjectInfo
from lookalike.storage.local import atomic_writer
from lookalike.storage.paths import check

_READ_BUFFER = 4 * 1024 * 1024
_WRITE_BUFFER = 8 * 1024 * 1024  # S3 parts are 5 MiB at least

P = ParamSpec("P")
R = TypeVar("R")


def _told(
    act: Callable[Concatenate["ObstoreBucket", str, P], R],
) -> Callable[Concatenate["ObstoreBucket", str, P], R]:
    """The method with the store's errors said in our words: theirs may quote addresses and credentials."""

    @wraps(act)
    def told(bucket: "ObstoreBucket", path: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(bucket, path, *args, **kwargs)
        except FileNotFoundError:
            raise ObjectMissing(f"There is no object '{path}' in bucket '{bucket.name}'.") from None
        except (obstore.exceptions.BaseError, OSError):
            raise StorageFailed(f"Bucket '{bucket.name}' failed at '{path}'.") from None

    return cast(Callable[Concatenate["ObstoreBucket", str, P], R], told)


class ObstoreBucket:
    """
    A `Bucket` over one obstore store.

    Args:
        root: The folder of a local store: its streams are written there directly (obstore leaves pieces of streams that
            end in an error), and no link may lead out of it.
    """

    def __init__(self, name: str, store: Any, root: Path | None = None) -> None:
        self.name = name
        self._store = store
        self._root = root

    @_told
    def head(self, path: str) -> ObjectInfo:
        return _info(obstore.head(self._store, self._checked(path)))

    @_told
    def read(self, path: str) -> bytes:
        return bytes(obstore.get(self._store, self._checked(path)).bytes())

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        with io.BufferedReader(_Reader(self._reader(path), self.name), _READ_BUFFER) as stream:
            yield cast(BinaryIO, stream)

    @_told
    def write(self, path: str, value: bytes) -> None:
        obstore.put(self._store, self._checked(path), value)

    @_told
    def create(self, path: str, value: bytes) -> bool:
        try:
            obstore.put(self._store, self._checked(path), value, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        if self._root is not None:
            with self._local_writer(self._root / self._checked(path)) as stream:
                yield stream
            return
        sink = self._writer(path)
        buffered = io.BufferedWriter(_Writer(sink, self.name), 1024 * 1024)
        yield cast(BinaryIO, buffered)  # an error passes by here: the sink is never closed, so no object appears
        buffered.flush()
        self._close(path, sink)

    @_told
    def copy(self, source: str, target: str) -> None:
        obstore.copy(self._store, self._checked(source), self._checked(target))

    @_told
    def delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, self._checked(path))
        except FileNotFoundError:
            return

    @_told
    def objects(self, prefix: str) -> list[ObjectInfo]:
        pages = obstore.list(self._store, prefix=self._checked(prefix))
        return sorted((_info(meta) for page in pages for meta in page), key=lambda info: info.path)

    @contextmanager
    def _local_writer(self, target: Path) -> Iterator[BinaryIO]:
        try:
            with atomic_writer(target) as stream:
                yield stream
        except OSError:
            raise StorageFailed(f"Bucket '{self.name}' failed to write '{target.name}'.") from None

    @_told
    def _reader(self, path: str) -> Any:
        return obstore.open_reader(self._store, self._checked(path), buffer_size=_READ_BUFFER)

    @_told
    def _writer(self, path: str) -> Any:
        return obstore.open_writer(self._store, self._checked(path), buffer_size=_WRITE_BUFFER)

    @_told
    def _close(self, path: str, sink: Any) -> None:
        sink.close()

    def _checked(self, path: str) -> str:
        check(path)
        if self._root is not None:
            _stay_inside(self._root, path, self.name)
        return path


def _stay_inside(root: Path, path: str, name: str) -> None:
    """A link in a local bucket must not lead out of it."""
    if not (root / path).resolve().is_relative_to(root.resolve()):
        raise StorageFailed(f"'{path}' leads out of bucket '{name}'.", hint="Remove the link from the bucket's folder.")


def _info(meta: Mapping[str, Any]) -> ObjectInfo:
    return ObjectInfo(meta["path"], meta["size"], meta.get("e_tag"))


class _Reader(io.RawIOBase):
    def __init__(self, source: Any, bucket: str) -> None:
        self._source = source
        self._bucket = bucket

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            value = self._source.read(len(buffer))
        except (obstore.exceptions.BaseError, OSError):
            raise StorageFailed(f"Bucket '{self._bucket}' failed while an object was being read.") from None
        buffer[: len(value)] = value
        return len(value)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell())


class _Writer(io.RawIOBase):
    def __init__(self, sink: Any, bucket: str) -> None:
        self._sink = sink
        self._bucket = bucket

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        try:
            self._sink.write(bytes(value))
        except (obstore.exceptions.BaseError, OSError):
            raise StorageFailed(f"Bucket '{self._bucket}' failed while an object was being written.") from None
        return len(value)
