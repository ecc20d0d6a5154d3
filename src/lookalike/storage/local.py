"""Files put in their places all or nothing: on the disk first, then under their names."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lookalike.storage import Bytes
from lookalike.storage.writeback import opened

_BUFFER = 1024 * 1024
_TRIES = 10  # to put a file into a folder that others take away whenever it is empty


@dataclass(frozen=True)
class Halves:
    """
    Files while they are written, in a folder of their own on the same disk.

    An error leaves nothing; a killed process leaves what it wrote in `folder`, for somebody to take away.
    """

    folder: Path

    @contextmanager
    def writer(self, target: Path) -> Iterator[BinaryIO]:
        """A stream whose bytes are the file once the context ended well; said at once if it can have no place there."""
        _refuse_under_a_file(target)
        with self._half() as half:
            with opened(str(half)) as stream:
                yield stream
                _flush(stream)
            _put(target, lambda: _replace(half, target))

    def create(self, target: Path, value: Bytes) -> bool:
        """Make a file unless one stands there already; False, and nothing changed, if one does."""
        with self._half() as half:
            with half.open("wb") as stream:
                stream.write(value)
                _flush(stream)
            try:
                _put(target, lambda: _link(half, target))
            except FileExistsError:
                return False
        return True

    def copy(self, source: Path, target: Path) -> None:
        """Put a file's bytes in another place too, replacing what stood there; where the disk can, without new room."""
        with self._half() as half:
            half.unlink()
            _link(source, half)
            _put(target, lambda: _replace(half, target))

    @contextmanager
    def _half(self) -> Iterator[Path]:
        """A new empty file, gone at the end."""
        half = self.folder / f".{secrets.token_hex(8)}.half"
        _placed(half, lambda: half.touch(exist_ok=False))  # whether its name survives a power cut is all one
        try:
            yield half
        finally:
            with suppress(FileNotFoundError):
                half.unlink()


def _put(path: Path, act: Callable[[], object]) -> None:
    """Do what makes `path`, and have its name on the disk."""
    _placed(path, act)
    _sync(path.parent)


def _placed(path: Path, act: Callable[[], object]) -> None:
    """Do what makes `path`, its folders first; whoever deletes the last other file of a folder deletes that too."""
    for left in reversed(range(_TRIES)):
        try:
            _made(path.parent)
            act()
        except FileNotFoundError:
            if not left:
                raise
            time.sleep(secrets.randbelow(_TRIES - left) / 1000)  # or they meet again
        else:
            return


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:  # said also of a folder that was there, and went before the second look at it
        if folder.is_file():
            raise
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None


def _refuse_under_a_file(path: Path) -> None:
    if any(parent.is_file() for parent in path.parents):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def _replace(half: Path, target: Path) -> None:
    """Under its name at once; to another disk that is mounted inside the bucket it has to be carried first."""
    try:
        half.replace(target)  # does nothing if both are links to one file already
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(half.name)
        try:
            _carry(half, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    """A second name for a file, where there is none yet; a second file where the file system has no links."""
    try:
        os.link(source, target)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError:
        _carry(source, target)


def _carry(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new, _BUFFER)
        _flush(new)


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """New names must survive a power cut."""
    with suppress(FileNotFoundError):  # all that was in it has been deleted meanwhile, and it with that
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
