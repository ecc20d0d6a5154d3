"""Files of a local bucket: whole or not there, nothing beside them, whatever others do to the folder meanwhile."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lookalike.errors import StorageAway
from lookalike.storage import Bucket
from lookalike.storage.buckets import open_bucket

ROUNDS = 300


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    """An empty bucket in the folder `data`."""
    return open_bucket("b", "file:data", {}, tmp_path)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_copied_again(bucket: Bucket, tmp_path: Path) -> None:
    """A copy made twice, as by an attempt that follows a killed one, leaves the two files and no third."""
    bucket.write("staged/part", b"rows")
    bucket.copy("staged/part", "out/part")
    bucket.copy("staged/part", "out/part")

    assert ["out/part", "staged/part"] == files(tmp_path / "data")
    assert b"rows" == bucket.read("out/part")


def test_a_copy_outlives_its_source(bucket: Bucket) -> None:
    """What is written anew or deleted at the source does not change the copy."""
    bucket.write("a", b"1")
    bucket.copy("a", "b")
    bucket.write("a", b"2")
    bucket.delete("a")

    assert b"1" == bucket.read("b")


def test_a_copy_without_links(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that knows no links the bytes are copied."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    bucket.write("a", b"1")
    bucket.write("b", b"2")
    bucket.copy("a", "b")

    assert (b"1", b"1") == (bucket.read("a"), bucket.read("b"))
    assert ["a", "b"] == files(tmp_path / "data")


def test_names_as_long_as_they_may_be(bucket: Bucket) -> None:
    """A name of 255 bytes, the most a file may have, can be written, created and copied."""
    names = [letter * 255 for letter in "abcd"]
    bucket.write(names[0], b"1")
    bucket.create(names[1], b"1")
    bucket.copy(names[0], names[2])
    with bucket.writer(names[3]) as sink:
        sink.write(b"1")

    assert [b"1"] * 4 == [bucket.read(name) for name in names]


def test_a_create_that_finds_something_leaves_nothing(bucket: Bucket, tmp_path: Path) -> None:
    """A create in vain leaves no file beside the one that stood there."""
    bucket.create("a/b", b"1")
    bucket.create("a/b", b"2")

    assert ["a/b"] == files(tmp_path / "data")


def test_folders_that_others_take_away(bucket: Bucket) -> None:
    """Jobs that write under one folder, which goes with the last file deleted in it, do not disturb each other."""
    start = threading.Barrier(4)

    def job(number: int) -> None:
        start.wait()
        for _ in range(ROUNDS):
            bucket.write(f".staging/{number}/part", b"rows")
            bucket.create(f".staging/{number}/new", b"rows")
            bucket.copy(f".staging/{number}/part", f".out/{number}/part")
            for path in (f".staging/{number}/part", f".staging/{number}/new", f".out/{number}/part"):
                bucket.delete(path)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(job, range(4)))

    assert [] == [*bucket.objects(".staging"), *bucket.objects(".out")]


def test_a_folder_that_is_away(bucket: Bucket, tmp_path: Path) -> None:
    """While the folder is not there, a disk that is not mounted, every verb says so, and none makes it anew."""
    bucket.write("a", b"1")
    (tmp_path / "data").rename(tmp_path / "unmounted")
    acts = (lambda: bucket.read("a"), lambda: bucket.write("a", b"2"), lambda: bucket.create("b", b""))
    for act in (*acts, lambda: bucket.objects("a"), lambda: bucket.delete("a"), lambda: bucket.copy("a", "b")):
        with pytest.raises(StorageAway, match=r"Bucket 'b' failed at .*not there"):
            act()

    assert not (tmp_path / "data").exists()
