"""Objects in files, memory, S3, GCS and Azure, all through obstore."""

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, cast

import obstore
from obstore.exceptions import AlreadyExistsError, GenericError, PermissionDeniedError, UnauthenticatedError

from lookalike.errors import ObjectMissing, StorageFailed
from lookalike.storage import ObjectInfo
from lookalike.storage.local import atomic_writer
from lookalike.storage.paths import check

_READ_BUFFER = 4 * 1024 * 1024
_WRITE_BUFFER = 8 * 1024 * 1024  # S3 parts are 5 MiB at least
_PAUSE_S = 0.25  # before what failed is tried again

P = ParamSpec("P")
R = TypeVar("R")


def _told(
    act: Callable[Concatenate["ObstoreBucket", str, P], R],
) -> Callable[Concatenate["ObstoreBucket", str, P], R]:
    """
    The method with the store's errors said in our words: theirs may quote addresses and credentials.

    A store that does not answer, or in the middle of an answer no more, is asked again until the bucket's time is over.
    """

    @wraps(act)
    def told(bucket: "ObstoreBucket", path: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        until = time.monotonic() + bucket.again_s
        while True:
            try:
                return act(bucket, path, *args, **kwargs)
            except FileNotFoundError:
                raise ObjectMissing(f"There is no object '{path}' in bucket '{bucket.name}'.") from None
            except (PermissionDeniedError, UnauthenticatedError):
                raise StorageFailed(f"Bucket '{bucket.name}' refused access to '{path}'.") from None
            except (obstore.exceptions.BaseError, OSError) as error:
                if not isinstance(error, GenericError) or time.monotonic() >= until:
                    raise StorageFailed(f"Bucket '{bucket.name}' failed at '{path}'.") from None
            time.sleep(_PAUSE_S)

    return cast(Callable[Concatenate["ObstoreBucket", str, P], R], told)


class ObstoreBucket:
    """
    A `Bucket` over one obstore store.

    Args:
        root: The folder of a local store: its streams are written there directly (obstore leaves pieces of streams that
            end in an error), and no link may lead out of it.
        again_s: How long a request that failed is tried again. obstore does so itself, but not where it cannot know
            that twice does no harm, as in create and delete, nor with answers that broke off.
    """

    def __init__(self, name: str, store: Any, root: Path | None = None, *, again_s: float = 0.0) -> None:
        self.name = name
        self.again_s = again_s
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
        self._put(path, value)

    @_told
    def create(self, path: str, value: bytes) -> bool:
        try:
            self._put(path, value, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return self._holds(path, value)  # the answer to an earlier try, obstore's or ours, may have been lost
        return True

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        if self._root is not None:
            with self._local_writer(self._root / self._checked(path)) as stream:
                yield stream
            return
        sink = _Writer(self._writer(path), self.name)
        buffered = io.BufferedWriter(sink, 1024 * 1024)
        yield cast(BinaryIO, buffered)  # an error passes by here: the sink is never closed, so no object appears
        buffered.flush()
        before = self._facts(path) if sink.size > _WRITE_BUFFER else None
        if not sink.finish() and (before is None or not self._arrived(path, sink.size, before)):
            raise StorageFailed(f"Bucket '{self.name}' failed at '{path}'.")

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

    def _put(self, path: str, value: bytes, **how: Any) -> None:
        try:
            obstore.put(self._store, self._checked(path), value, **how)
        except FileNotFoundError:
            raise StorageFailed(f"Bucket '{self.name}' is not there.") from None

    def _holds(self, path: str, value: bytes) -> bool:
        stored = obstore.get(self._store, path)
        return stored.meta["size"] == len(value) and bytes(stored.bytes()) == value

    def _arrived(self, path: str, size: int, before: Mapping[str, Any]) -> bool:
        """Whether an upload in parts is done, though the store, asked again after a lost answer, knows it no more."""
        after = self._facts(path)
        return after != before and after.get("size") == size

    @_told
    def _facts(self, path: str) -> Mapping[str, Any]:
        """All that is known of an object, empty if there is none."""
        try:
            return obstore.head(self._store, path)
        except FileNotFoundError:
            return {}

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
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        try:
            self._sink.write(bytes(value))
        except (obstore.exceptions.BaseError, OSError):
            raise StorageFailed(f"Bucket '{self._bucket}' failed while an object was being written.") from None
        self.size += len(value)
        return len(value)

    def finish(self) -> bool:
        """Let the bytes become the object; False where the store does not say whether they have."""
        try:
            self._sink.close()
        except (obstore.exceptions.BaseError, OSError):
            return False
        return True
