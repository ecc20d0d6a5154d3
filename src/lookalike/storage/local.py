"""Files of a local bucket, put in their places all or nothing: on the disk first, then under their names."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

_BUFFER = 1024 * 1024
_TRIES = 10  # to put a file into a folder that others take away whenever it is empty
_numbers = count()


@contextmanager
def atomic_writer(target: Path) -> Iterator[BinaryIO]:
    """
    A stream whose bytes are the file once the context ended well.

    An error leaves nothing; a killed process leaves a ``.partial`` file beside the target.
    """
    with _partial(target) as partial:
        with partial.open("wb", buffering=_BUFFER) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)


def create(target: Path, value: bytes) -> bool:
    """Make a file unless one stands there already; False, and nothing changed, if one does."""
    with _partial(target) as partial:
        with partial.open("wb") as stream:
            stream.write(value)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(partial, target)
        except FileExistsError:
            return False
    return True


def copy(source: Path, target: Path) -> None:
    """Put a file's bytes in another place too, replacing what stood there; where the disk can, without new room."""
    with _partial(target) as partial:
        partial.unlink()
        try:
            os.link(source, partial)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without links, or too many of them
            with source.open("rb") as old, partial.open("wb") as new:
                shutil.copyfileobj(old, new, _BUFFER)
                new.flush()
                os.fsync(new.fileno())
        partial.replace(target)  # does nothing if both are the same file already; the partial goes away all the same


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """A new empty file in the target's folder, gone at the end; if that is reached well, the folder is on the disk."""
    partial = target.with_name(f".{os.getpid()}-{next(_numbers)}.partial")
    _touch(partial)
    try:
        yield partial
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    _sync(target.parent)


def _touch(path: Path) -> None:
    """Make a file and its folders; whoever deletes the last other file of a folder deletes the folder too."""
    for left in reversed(range(_TRIES)):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except FileNotFoundError:
            if not left:
                raise
        else:
            return


def _sync(folder: Path) -> None:
    """New names must survive a power cut."""
    with suppress(FileNotFoundError):  # all that was in it has been deleted meanwhile, and it with that
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
