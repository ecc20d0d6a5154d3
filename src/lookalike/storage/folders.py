"""Objects in the files of a folder."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from lookalike.errors import StorageAway, StorageFailed
from lookalike.storage import Bytes, Level, ObjectInfo
from lookalike.storage.local import Halves
from lookalike.storage.paths import check
from lookalike.storage.telling import FAULTS, failed, told

_BUFFER = 1024 * 1024


class FolderBucket:
    """
    A `Bucket` over a folder.

    Args:
        root: The folder; no link may lead out of it.
        scratch: Prefix under which stands what is being written until it is whole; a killed process leaves it there.
    """

    again_s = 0.0

    def __init__(self, name: str, root: Path, scratch: str) -> None:
        self.name = name
        self._root = root
        self._halves = Halves(root / scratch)

    @told
    def head(self, path: str) -> ObjectInfo:
        return self._info(self._file(path))

    @told
    def read(self, path: str) -> bytes:
        return self._file(path).read_bytes()

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        with self._opened(path) as stream:
            yield stream

    def write(self, path: str, value: bytes) -> None:
        with self._failures(path), self._halves.writer(self._place(path)) as stream:
            stream.write(value)

    def create(self, path: str, value: Bytes) -> bool:
        target = self._place(path)
        with self._failures(path):
            return self._halves.create(target, value) or _holds(target, value)

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        target, faults = self._place(path), list[Exception]()
        try:
            with self._failures(path), self._halves.writer(target) as stream:
                yield cast(BinaryIO, _Noting(stream, faults))
        except Exception:
            if faults and isinstance(faults[0], FAULTS):  # a library may tell only that writing failed
                raise failed(self.name, path, faults[0]) from None
            raise

    @told
    def copy(self, source: str, target: str) -> None:
        place, there = self._place(target), self._file(source)
        with self._failures(target):
            self._halves.copy(there, place)

    @told
    def delete(self, path: str) -> None:
        place = self._place(path)
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()
        for folder in place.parents:  # a folder is there for what is in it
            if folder == self._root or not _removed(folder):
                return

    @told
    def objects(self, prefix: str) -> list[ObjectInfo]:
        found = []
        for folder, _, names in os.walk(self._place(prefix) if prefix else self._root):
            for name in names:
                with suppress(FileNotFoundError):  # deleted just now
                    found.append(self._info(Path(folder, name)))
        return sorted(found, key=lambda info: info.path)

    def page(self, prefix: str, after: str, limit: int) -> list[ObjectInfo]:
        return [info for info in self.objects(prefix) if info.path > after][:limit]

    @told
    def level(self, prefix: str) -> Level:
        objects, folders = [], []
        folder = self._place(prefix) if prefix else self._root
        for entry in os.scandir(folder) if folder.is_dir() else ():
            with suppress(FileNotFoundError):  # deleted just now
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{Path(entry.path).relative_to(self._root)}/")
                elif entry.is_file():
                    objects.append(self._info(Path(entry.path)))
        return Level(sorted(objects, key=lambda info: info.path), sorted(folders))

    @told
    def _opened(self, path: str) -> BinaryIO:
        return self._file(path).open("rb", buffering=_BUFFER)

    @contextmanager
    def _failures(self, path: str) -> Iterator[None]:
        """What is not there while something is being put is no missing object."""
        try:
            yield
        except FAULTS as error:
            raise failed(self.name, path, error) from None

    def _file(self, path: str) -> Path:
        place = self._place(path)
        if not place.is_file():
            raise FileNotFoundError
        return place

    def _place(self, path: str) -> Path:
        place = self._root / check(path)
        if not self._root.is_dir():  # a disk that is not mounted: nothing must be written in its stead
            raise StorageAway(f"Bucket '{self.name}' failed at '{path}': its folder is not there.")
        if not place.resolve().is_relative_to(self._root.resolve()):
            hint = "Remove the link from the bucket's folder."
            raise StorageFailed(f"'{path}' leads out of bucket '{self.name}'.", hint=hint)
        return place

    def _info(self, file: Path) -> ObjectInfo:
        facts = file.stat()
        etag = f"{facts.st_ino:x}-{facts.st_mtime_ns:x}-{facts.st_size:x}"  # another file has another one
        return ObjectInfo(str(file.relative_to(self._root)), facts.st_size, etag)


def _holds(file: Path, value: Bytes) -> bool:
    """Whether a file has these bytes."""
    with memoryview(value) as view, file.open("rb", buffering=0) as stream:
        if os.fstat(stream.fileno()).st_size != len(view):
            return False
        return all(stream.read(_BUFFER) == view[at : at + _BUFFER] for at in range(0, len(view), _BUFFER))


def _removed(folder: Path) -> bool:
    """Whether the folder was empty, and is gone."""
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


class _Noting(io.RawIOBase):
    """Passes bytes on and notes why it could not."""

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
