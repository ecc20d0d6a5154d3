"""Of buckets."""

from typing import TypedDict


class Bucket(TypedDict):
    """A bucket, and whether you may read from it and write to it."""

    name: str
    read: bool
    write: bool


class BucketListResponse(TypedDict):
    """The buckets you may use."""

    buckets: list[Bucket]


class BucketObject(TypedDict):
    """An object of a bucket."""

    path: str
    size_bytes: int
    etag: str | None
    format: str | None


class ObjectListResponse(TypedDict):
    """Some objects of a bucket, and the folders beside them."""

    objects: list[BucketObject]
    folders: list[str]
    next_after: str | None


class ObjectResponse(TypedDict):
    """An object that was put."""

    bucket: str
    path: str
    size_bytes: int
    sha256: str
