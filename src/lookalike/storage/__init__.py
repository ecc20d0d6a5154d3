"""Bucket names to places for objects; `objects.py` speaks to files, memory, S3, GCS, Azure through obstore."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO, Protocol

from lookalike.errors import ObjectMissing

Bytes = bytes | mmap


@dataclass(frozen=True)
class ObjectInfo:
    """One object as a listing or a HEAD shows it."""

    path: str
    size_bytes: int
    etag: str | None


@dataclass(frozen=True)
class Level:
    """What lies in one folder: its objects, and the folders in it, each ending in ``/``; both by path."""

    objects: list[ObjectInfo]
    folders: list[str]


class Bucket(Protocol):
    """
    Objects under paths. Paths are relative, ``/``-separated, without empty, ``.`` or ``..`` segments.

    Raises:
        ObjectMissing: from `head`, `read`, `open`, `copy` where there is no such object.
        StorageFailed: whatever else the store refuses or does not answer.
    """

    def head(self, path: str) -> ObjectInfo:
        """What is known of an object."""

    def read(self, path: str) -> bytes:
        """All bytes of a small object."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A seekable stream over an object, fetched in ranges."""

    def write(self, path: str, value: bytes) -> None:
        """Put an object, replacing what stood there, all or nothing."""

    def create(self, path: str, value: Bytes) -> bool:
        """
        Put an object unless another stands there already; False, and nothing changed, if one does.

        One of the same bytes is no other: an answer may be lost on its way, and the question asked twice.
        """

    def writer(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A stream whose bytes become the object when the context ends well; an error leaves no object."""

    def copy(self, source: str, target: str) -> None:
        """Put a copy of an object, replacing what stood at the target, all or nothing."""

    def delete(self, path: str) -> None:
        """Remove an object; nothing happens if there is none."""

    def objects(self, prefix: str) -> list[ObjectInfo]:
        """The objects under ``prefix/``, by path; with an empty prefix all."""

    def page(self, prefix: str, after: str, limit: int) -> list[ObjectInfo]:
        """The first of `objects` behind the path `after`, at most so many."""

    def level(self, prefix: str) -> Level:
        """What lies in ``prefix/`` itself."""


class Buckets(Protocol):
    """All buckets of a service, by name."""

    def __getitem__(self, name: str) -> Bucket:
        """
        The bucket of that name.

        Raises:
            ValidationError: if the service knows no such bucket.
        """


def exists(bucket: Bucket, path: str) -> bool:
    """Whether there is such an object."""
    try:
        bucket.head(path)
    except ObjectMissing:
        return False
    return True
