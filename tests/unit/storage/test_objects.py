"""The promises of a bucket, kept alike by files, memory, and servers that speak S3 and as Azure does, real ones too."""

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from azure_blobs import Blobs
from lookalike.errors import ObjectMissing, StorageAway, StorageFailed, ValidationError
from lookalike.storage import Bucket
from lookalike.storage.buckets import open_bucket
from lookalike.storage.objects import ObstoreBucket
from object_server import ObjectServer, options

REAL = ("ceph", "azure")
BIG = bytes(range(256)) * 40_000  # 10 MB: more than the buffers of reading and writing hold
ODD = [
    "a b.csv",
    "ä/ö/Ünï.csv",
    "100%.csv",
    "a#b?c.csv",
    "%2e%2e/x",
    "a/.lookalike/b",
    "emoji-🦜",
    "q'\"&=+;.csv",
    "a\\b",
]
ATOMIC = ["file", "memory", *(pytest.param(name, marks=pytest.mark.slow) for name in REAL)]
KINDS = [*ATOMIC, "moto"]  # which looks whether an object is there, then writes it: two at once may both have made it


@pytest.fixture(params=KINDS)
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """An empty bucket."""
    kind = request.param
    if kind == "file":
        return open_bucket("b", "file:data", {}, tmp_path)
    if kind == "memory":
        return ObstoreBucket("b", MemoryStore())
    if kind == "azure":
        store: Blobs = request.getfixturevalue("blobs")
        return open_bucket("b", f"az://{store.new_container()}", store.options(), tmp_path)
    server: ObjectServer = request.getfixturevalue("objects" if kind == "moto" else "gateway")
    return open_bucket("b", f"s3://{server.new_bucket()}", options(server.port), tmp_path)


def paths(bucket: Bucket, prefix: str) -> list[str]:
    return [info.path for info in bucket.objects(prefix)]


def write_and_fail(bucket: Bucket, path: str, value: bytes) -> None:
    with bucket.writer(path) as sink:
        sink.write(value)
        raise KeyError


def test_what_is_written_is_read(bucket: Bucket) -> None:
    """Bytes put are the bytes read; putting again replaces them."""
    bucket.write("a/b", b"first")
    bucket.write("a/b", b"second one")

    assert b"second one" == bucket.read("a/b")
    assert ("a/b", 10) == (bucket.head("a/b").path, bucket.head("a/b").size_bytes)


def test_etag_follows_the_bytes(bucket: Bucket) -> None:
    """The ETag stays while the object does and changes with it."""
    bucket.write("a", b"1")
    before, same = bucket.head("a").etag, bucket.head("a").etag
    bucket.write("a", b"22")

    assert before is not None
    assert before == same
    assert before != bucket.head("a").etag


def test_a_missing_object_is_named(bucket: Bucket) -> None:
    """Looking at, reading, opening, copying what is not there names path and bucket; deleting it is nothing."""
    acts = [bucket.head, bucket.read, lambda p: bucket.copy(p, "x"), lambda p: bucket.open(p).__enter__()]
    for act in acts:
        with pytest.raises(ObjectMissing, match="no object 'a/none' in bucket 'b'"):
            act("a/none")
    bucket.delete("a/none")

    assert [] == bucket.objects("a")


def test_create_puts_only_where_nothing_stands(bucket: Bucket) -> None:
    """Creating says whether it did, and leaves what stood there."""

    assert bucket.create("a/b", b"mine")
    assert not bucket.create("a/b", b"other")
    assert b"mine" == bucket.read("a/b")


def test_create_takes_a_mapped_file(bucket: Bucket, tmp_path: Path) -> None:
    """Bytes of a file of any size are put as they are; the same ones once more are no other, one bit more is."""
    file = tmp_path / "upload"
    file.write_bytes(BIG)
    with file.open("rb") as stream:
        value = mmap(stream.fileno(), 0, access=ACCESS_READ)  # not closed: memory keeps it

        assert bucket.create("a/big", value)
        assert bucket.create("a/big", value)
        assert not bucket.create("a/big", BIG[:-1] + b"x")
        assert not bucket.create("a/big", BIG + b"x")

    assert BIG == bucket.read("a/big")


def test_objects_come_in_pages(bucket: Bucket) -> None:
    """Page after page, each behind the last path of the one before, is all there is under a prefix, in order."""
    names = [f"a/{n:02}" for n in range(7)] + ["a/b/c", "a b", "ab"]
    for name in names:
        bucket.write(name, b"1")
    found, after = [], ""
    while page := bucket.page("a", after, 3):
        found += [info.path for info in page]
        after = found[-1]

        assert len(page) <= 3
    assert [info.path for info in bucket.objects("a")] == found
    assert sorted(names) == [info.path for info in bucket.page("", "", 100)]
    assert [] == bucket.page("none", "", 3)


def test_a_level_is_what_lies_in_one_folder(bucket: Bucket) -> None:
    """Objects of a folder, and folders in it by name, at its root and below; nothing of a folder that is not there."""
    for name in ("a/1", "a/2", "a/b/3", "a/c/d/4", "ab/5", "6"):
        bucket.write(name, b"1")
    top, inner = bucket.level(""), bucket.level("a")

    assert ["6"] == [info.path for info in top.objects]
    assert ["a/", "ab/"] == [
        folder for folder in top.folders if folder != ".lookalike/"
    ]  # where files are half written
    assert (["a/1", "a/2"], ["a/b/", "a/c/"]) == ([info.path for info in inner.objects], inner.folders)
    assert ([], []) == (bucket.level("none").objects, bucket.level("none").folders)


@pytest.mark.parametrize("bucket", ATOMIC, indirect=True)
def test_create_is_atomic(bucket: Bucket) -> None:
    """Of threads that create the same object at once exactly one succeeds, and its bytes are there."""
    for round_ in range(20):
        start = threading.Barrier(4)

        def create(who: int, path: str = f"r{round_}", start: threading.Barrier = start) -> bool:
            start.wait()
            return bucket.create(path, bytes([who]) * 1000)

        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(create, range(4)))

        assert 1 == sum(made)
        assert bytes([made.index(True)]) * 1000 == bucket.read(f"r{round_}")


def test_streams(bucket: Bucket) -> None:
    """What a writer is given in pieces is one object; a reader seeks in it."""
    with bucket.writer("deep/er/big") as sink:
        for start in range(0, len(BIG), 999_999):
            sink.write(BIG[start : start + 999_999])
    with bucket.open("deep/er/big") as source:
        source.seek(-10, io.SEEK_END)
        tail = source.read()
        source.seek(5)
        middle, place = source.read(1000), source.tell()
        source.seek(0)
        whole = source.read()

    assert BIG[-10:] == tail
    assert (BIG[5:1005], 1005) == (middle, place)
    assert whole == BIG


def test_a_writer_shows_nothing_before_it_ended(bucket: Bucket) -> None:
    """While a writer writes, what stood there before stays to be seen."""
    bucket.write("a", b"old")
    with bucket.writer("a") as sink:
        sink.write(b"new")

        assert b"old" == bucket.read("a")

    assert b"new" == bucket.read("a")


@pytest.mark.parametrize("size", [0, 10, len(BIG)])
def test_a_writer_that_fails_leaves_nothing(bucket: Bucket, tmp_path: Path, size: int) -> None:
    """An error in a writer's context leaves no object, no file beside it, and what stood there before."""
    bucket.write("a/old", b"old")
    for path in ("a/new", "a/old"):
        with pytest.raises(KeyError):
            write_and_fail(bucket, path, BIG[:size])

    assert ["a/old"] == paths(bucket, "a")
    assert b"old" == bucket.read("a/old")
    assert [] == [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "old"]


def test_an_empty_writer_makes_an_empty_object(bucket: Bucket) -> None:
    """A writer given nothing makes an object of no bytes."""
    with bucket.writer("a"):
        pass

    assert b"" == bucket.read("a")


def test_copy_replaces(bucket: Bucket) -> None:
    """A copy replaces what stood at the target and leaves the source."""
    bucket.write("a", b"1")
    bucket.write("b/c", b"2")
    bucket.copy("a", "b/c")

    assert (b"1", b"1") == (bucket.read("a"), bucket.read("b/c"))


def test_objects_are_listed_by_path(bucket: Bucket) -> None:
    """Objects under a prefix come by path; a prefix ends at a slash; others are left out."""
    for path in ("p/b", "p/a/z", "p/c", "pq/a", "o"):
        bucket.write(path, b"x")

    assert ["p/a/z", "p/b", "p/c"] == paths(bucket, "p")
    assert [] == paths(bucket, "none")


def test_delete(bucket: Bucket) -> None:
    """What is deleted is gone, its neighbours stay."""
    bucket.write("a/b", b"1")
    bucket.write("a/c", b"1")
    bucket.delete("a/b")

    assert ["a/c"] == paths(bucket, "a")


@pytest.mark.parametrize("path", ODD)
def test_odd_names(bucket: Bucket, path: str) -> None:
    """Names with spaces, other scripts, %, #, quotes are names like others, and listed as they were written."""
    bucket.write(path, b"1")
    with bucket.writer(f"{path}.2") as sink:
        sink.write(b"2")
    bucket.copy(path, f"{path}.3")

    assert [b"1", b"2", b"1"] == [bucket.read(f"{path}{more}") for more in ("", ".2", ".3")]
    assert path == bucket.head(path).path
    if "/" in path:
        assert {path, f"{path}.2", f"{path}.3"} == set(paths(bucket, path.rpartition("/")[0]))


BAD = ["", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/./b", "a\nb", "a\0b", "a\x7f", "x" * 1025]


@pytest.mark.parametrize("path", BAD)
def test_bad_paths(bucket: Bucket, path: str) -> None:
    """Every verb refuses a path that leads elsewhere, is empty, too long or holds control characters."""
    verbs = [
        bucket.head,
        bucket.read,
        bucket.delete,
        *([bucket.objects] if path else []),  # what is under nothing is everything
        lambda p: bucket.write(p, b""),
        lambda p: bucket.create(p, b""),
        lambda p: bucket.copy("a", p),
        lambda p: bucket.copy(p, "a"),
        lambda p: bucket.open(p).__enter__(),
        lambda p: bucket.writer(p).__enter__(),
    ]
    for verb in verbs:
        with pytest.raises(ValidationError, match="The object path"):
            verb(path)


def test_links_lead_nowhere(tmp_path: Path) -> None:
    """No verb follows a link out of a bucket's folder, be it a link to a file or a folder above."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "f").write_bytes(b"secret")
    bucket = open_bucket("b", "file:data", {}, tmp_path)
    os.symlink(tmp_path / "secret" / "f", tmp_path / "data" / "file")
    os.symlink(tmp_path / "secret", tmp_path / "data" / "folder")
    for path in ("file", "folder/f"):
        acts = (
            lambda p: bucket.read(p),
            lambda p: bucket.head(p),
            lambda p: bucket.open(p).__enter__(),
            lambda p: bucket.write(p, b"x"),
            lambda p: bucket.create(p, b"x"),
            lambda p: bucket.writer(p).__enter__(),
            lambda p: bucket.copy(p, "y"),
            lambda p: bucket.delete(p),
        )
        for act in acts:
            with pytest.raises(StorageFailed, match="leads out of bucket 'b'"):
                act(path)

    assert b"secret" == (tmp_path / "secret" / "f").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [{"secret_access_key": "other"}, {"access_key_id": "NOBODY"}])
def test_a_real_store_refuses_other_keys(wrong: dict[str, str], gateway: ObjectServer, tmp_path: Path) -> None:
    """A key or a secret that is not its own is refused access, in words that show neither."""
    name = gateway.new_bucket()
    bucket = open_bucket("b", f"s3://{name}", options(gateway.port, **wrong), tmp_path)
    for act in (lambda: bucket.write("a", b"1"), lambda: bucket.read("a"), lambda: bucket.objects("")):
        with pytest.raises(StorageAway, match="refused access") as caught:
            act()

        assert not any(value in str(caught.value) for value in wrong.values())


def test_a_store_that_fails_is_told_in_our_words(tmp_path: Path) -> None:
    """A file where a folder should be is the storage failing, told without the machine's paths."""
    bucket = open_bucket("b", "file:data", {}, tmp_path)
    bucket.write("a", b"1")
    for act in (lambda: bucket.write("a/b", b"2"), lambda: bucket.writer("a/b").__enter__()):
        with pytest.raises(StorageFailed) as caught:
            act()

        assert str(tmp_path) not in str(caught.value)
