"""Objects in files, memory, S3, GCS and Azure, all through obstore."""

import errno
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from lookalike.errors import ObjectMissing, StorageFailed
from lookalike.storage import ObjectInfo, local
from lookalike.storage.paths import check

_READ_BUFFER = 4 * 1024 * 1024
_WRITE_BUFFER = 8 * 1024 * 1024  # S3 parts are 5 MiB at least
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FAULTS = (BaseError, OSError)  # what a store raises

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
        except _FAULTS as error:
            raise _failed(bucket.name, path, error) from None

    return cast(Callable[Concatenate["ObstoreBucket", str, P], R], told)


class ObstoreBucket:
    """
    A `Bucket` over one obstore store.

    Args:
        root: The folder of a local store. No link may lead out of it, and what is put there we put ourselves: obstore
            does not wait for the disk, leaves pieces of streams that end in an error and of copies made twice, and
            fails where a folder is taken away, being empty, while it puts something there.
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
        self._checked(path)
        if self._root is None:
            obstore.put(self._store, path, value)
            return
        with local.atomic_writer(self._root / path) as stream:
            stream.write(value)

    @_told
    def create(self, path: str, value: bytes) -> bool:
        self._checked(path)
        if self._root is not None:
            return local.create(self._root / path, value)
        try:
            obstore.put(self._store, path, value, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        self._checked(path)
        sinking = self._sink(path) if self._root is None else local.atomic_writer(self._root / path)
        faults: list[Exception] = []
        try:
            with sinking as sink:
                yield cast(BinaryIO, _Noting(sink, faults))
        except Exception as error:
            cause = faults[0] if faults else error
            if isinstance(cause, _FAULTS):
                raise _failed(self.name, path, cause) from None
            raise

    @_told
    def copy(self, source: str, target: str) -> None:
        self._checked(source)
        self._checked(target)
        if self._root is None:
            obstore.copy(self._store, source, target)
        else:
            local.copy(self._root / source, self._root / target)

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
    def _sink(self, path: str) -> Iterator[BinaryIO]:
        sink = obstore.open_writer(self._store, path, buffer_size=_WRITE_BUFFER)
        buffered = io.BufferedWriter(_Writer(sink), 1024 * 1024)
        yield cast(BinaryIO, buffered)  # an error passes by here: the sink is never closed, so no object appears
        buffered.flush()
        sink.close()

    @_told
    def _reader(self, path: str) -> Any:
        return obstore.open_reader(self._store, self._checked(path), buffer_size=_READ_BUFFER)

    def _checked(self, path: str) -> str:
        check(path)
        if self._root is not None:
            _stay_inside(self._root, path, self.name)
        return path


def _stay_inside(root: Path, path: str, name: str) -> None:
    """A link in a local bucket must not lead out of it."""
    if not (root / path).resolve().is_relative_to(root.resolve()):
        raise StorageFailed(f"'{path}' leads out of bucket '{name}'.", hint="Remove the link from the bucket's folder.")


def _failed(bucket: str, path: str, error: Exception) -> StorageFailed:
    """The store's error in our words."""
    if isinstance(error, OSError) and error.errno in _FULL:
        hint = "Make room in it, then submit again."
        return StorageFailed(f"Bucket '{bucket}' has no room left for '{path}'.", hint=hint)
    return StorageFailed(f"Bucket '{bucket}' failed at '{path}'.")


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
        except _FAULTS:
            raise StorageFailed(f"Bucket '{self._bucket}' failed while an object was being read.") from None
        buffer[: len(value)] = value
        return len(value)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell())


class _Writer(io.RawIOBase):
    def __init__(self, sink: Any) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        self._sink.write(bytes(value))
        return len(value)


class _Noting(io.RawIOBase):
    """Passes bytes on and notes why it could not: a library that writes to it may tell only that writing failed."""

    def __init__(self, sink: BinaryIO, faults: list[Exception]) -> None:
        self._sink = sink
        self._faults = faults

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        try:
            return self._sink.write(value)
        except Exception as error:
            self._faults.append(error)
            raise
