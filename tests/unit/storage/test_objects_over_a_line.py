"""The promises of a bucket beyond this machine, on a line that fails."""

import logging
import time
from collections.abc import Callable

import pytest

from lookalike.errors import ObjectMissing, StorageFailed
from lookalike.storage import Bucket
from lookalike.storage.buckets import open_bucket
from object_server import KEY_ID, SECRET, ObjectServer, options
from proxy import Act, Proxy

BIG = bytes(range(256)) * 40_000  # 10 MB: an upload in two parts, a download in three ranges
MANY = [f"many/{n:03}" for n in range(60)]  # an answer longer than its head
SHORT = {"connect_timeout": "1s", "read_timeout": "1s", "retry_timeout": "5s"}
SHORTER = {"connect_timeout": "0.5s", "read_timeout": "0.5s", "retry_timeout": "1s"}
GIVEN_UP_S = 3  # the time of retrying, one more request, a pause, and a busy machine


@pytest.fixture(scope="module")
def name(objects: ObjectServer) -> str:
    """A bucket that holds an object of 10 MB, and many small ones."""
    found = objects.new_bucket()
    for path, value in [("big", BIG), *((path, b"1") for path in MANY)]:
        objects.bucket(found).write(path, value)
    return found


@pytest.fixture
def bucket(name: str, line: Proxy, tmp_path) -> Bucket:
    """That bucket, reached by a line that can be disturbed."""
    return open_bucket("far", f"s3://{name}", options(line.port, **SHORT), tmp_path)


@pytest.fixture
def impatient(name: str, line: Proxy, tmp_path) -> Bucket:
    """The same, given up soon."""
    return open_bucket("far", f"s3://{name}", options(line.port, **SHORTER), tmp_path)


def write_stream(bucket: Bucket, path: str) -> None:
    with bucket.writer(path) as sink:
        for start in range(0, len(BIG), 1 << 20):
            sink.write(BIG[start : start + (1 << 20)])


def read_stream(bucket: Bucket, path: str) -> bytes:
    with bucket.open(path) as source:
        return source.read()


def deleted(bucket: Bucket) -> list[str]:
    bucket.delete("many/000")
    bucket.write("many/000", b"1")
    return [info.path for info in bucket.objects("many")]


def copied(bucket: Bucket) -> bytes:
    bucket.copy("big", "copy")
    return bucket.read("copy")


def created(bucket: Bucket) -> tuple[bool, bytes]:
    bucket.delete("new")
    return bucket.create("new", b"mine"), bucket.read("new")


def streamed(bucket: Bucket) -> bytes:
    write_stream(bucket, "stream")
    return bucket.read("stream")


VERBS: dict[str, tuple[Callable[[Bucket], object], object]] = {
    "head": (lambda bucket: bucket.head("big").size_bytes, len(BIG)),
    "read": (lambda bucket: bucket.read("big"), BIG),
    "open": (lambda bucket: read_stream(bucket, "big"), BIG),
    "list": (lambda bucket: [info.path for info in bucket.objects("many")], MANY),
    "delete": (deleted, MANY),
    "copy": (copied, BIG),
    "create": (created, (True, b"mine")),
    "writer": (streamed, BIG),
}


def disturb(line: Proxy, failure: str) -> None:
    match failure:
        case "503":
            line.fault(Act.REFUSE, times=2)
        case "cut upload":
            line.fault(Act.CUT_UPLOAD, times=2, after=100)
        case "cut answer":
            for after in (0, 100, 1_000, 3_000_000):
                line.fault(Act.CUT_ANSWER, times=1, after=after)
        case "hang":
            line.fault(Act.HANG, times=1)


PASSING = [
    *((verb, "cut answer") for verb in VERBS),
    *((verb, failure) for verb in ("create", "delete") for failure in ("503", "cut upload", "hang")),
    *(
        pytest.param(verb, failure, marks=pytest.mark.slow)  # that obstore outlasts by itself
        for verb in sorted(VERBS.keys() - {"create", "delete"})
        for failure in ("503", "hang")
    ),
]


@pytest.mark.parametrize(("verb", "failure"), PASSING)
def test_what_passes_is_not_noticed(bucket: Bucket, line: Proxy, verb: str, failure: str) -> None:
    """Errors, resets in either direction and a hang that pass change nothing in what a verb does and answers."""
    act, expected = VERBS[verb]
    disturb(line, failure)

    assert expected == act(bucket)


PARTS = {"begin": r"POST .*\?uploads", "part": r"PUT .*partNumber=2", "complete": r"POST .*uploadId="}


@pytest.mark.parametrize("act", [Act.CUT_UPLOAD, Act.CUT_ANSWER])
@pytest.mark.parametrize("where", PARTS)
def test_an_upload_in_parts(
    bucket: Bucket, line: Proxy, name: str, objects: ObjectServer, where: str, act: Act
) -> None:
    """An upload whose line is cut as it begins, in a part, or as it completes, before or after the server did it."""
    fault = line.fault(act, PARTS[where], times=2, after=60)
    write_stream(bucket, f"parts/{where}/{act.name}")

    assert 2 == len(fault.hits)
    assert BIG == objects.bucket(name).read(f"parts/{where}/{act.name}")


@pytest.mark.parametrize("stood_there", [None, b"old", BIG])
def test_an_upload_that_is_done_and_forgotten(
    bucket: Bucket, line: Proxy, name: str, objects: ObjectServer, stood_there: bytes | None
) -> None:
    """A store that has completed an upload and, its answer lost, knows it no more when asked again, has done it."""
    path = f"forgotten/{len(stood_there or b'')}"
    if stood_there is not None:
        objects.bucket(name).write(path, stood_there)
        time.sleep(1)  # S3 tells when an object was written in whole seconds
    line.fault(Act.CUT_ANSWER, PARTS["complete"], times=1)
    line.fault(Act.REFUSE, PARTS["complete"], status=404)
    write_stream(bucket, path)

    assert BIG == objects.bucket(name).read(path)


def test_an_upload_that_is_forgotten_and_not_done(
    bucket: Bucket, line: Proxy, objects: ObjectServer, name: str
) -> None:
    """A store that knows an upload no more, and has not done it, has failed; what stood there stays."""
    objects.bucket(name).write("kept", b"\0" * len(BIG))
    line.fault(Act.REFUSE, PARTS["complete"], status=404)
    with pytest.raises(StorageFailed, match="'far'"):
        write_stream(bucket, "kept")

    assert b"\0" * len(BIG) == objects.bucket(name).read("kept")


def test_create_after_a_lost_answer(bucket: Bucket, line: Proxy) -> None:
    """A create whose answer was lost has created; one that finds other bytes, or fewer, there has not."""
    fault = line.fault(Act.CUT_ANSWER, "PUT .*/lost", times=1)

    assert bucket.create("lost", b"mine")
    assert 1 == len(fault.hits)
    assert [False, False] == [bucket.create("lost", other) for other in (b"that", b"other")]
    assert b"mine" == bucket.read("lost")


STAYS = {
    "hang": {"act": Act.HANG},
    "errors": {"act": Act.REFUSE},
    "resets": {"act": Act.CUT_ANSWER},
    "refused": {"act": Act.REFUSE, "status": 403},
}


@pytest.mark.parametrize("how", STAYS)
def test_what_stays_is_told_in_our_words(
    impatient: Bucket, line: Proxy, how: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bucket that stays away fails in time, named; neither message nor log holds its address or credentials."""
    caplog.set_level(logging.DEBUG)
    line.fault(**STAYS[how])
    begun = time.monotonic()
    with pytest.raises(StorageFailed, match=r"Bucket 'far' .*'new'") as caught:
        impatient.create("new", b"1")

    told = f"{caught.value} {caught.value.__cause__} {caplog.text}"
    assert time.monotonic() - begun < GIVEN_UP_S
    assert not [word for word in (str(line.port), "127.0.0.1", name, KEY_ID, SECRET) if word in told]


@pytest.mark.parametrize(
    "verb",
    ["delete", "writer", *(pytest.param(verb, marks=pytest.mark.slow) for verb in ("head", "open", "list", "copy"))],
)
def test_every_verb_gives_up(impatient: Bucket, line: Proxy, verb: str) -> None:
    """No verb waits for a hanging bucket longer than its retry_timeout, one request and one pause."""
    line.fault(Act.HANG)
    begun = time.monotonic()
    with pytest.raises(StorageFailed, match="Bucket 'far' failed"):
        VERBS[verb][0](impatient)

    assert time.monotonic() - begun < GIVEN_UP_S


def test_a_line_that_is_dead(objects: ObjectServer, name: str, tmp_path) -> None:
    """A place where nobody listens fails in time."""
    with Proxy(objects.port) as gone:
        port = gone.port
    begun = time.monotonic()
    with pytest.raises(StorageFailed, match="Bucket 'far' failed at 'x'"):
        open_bucket("far", f"s3://{name}", options(port, **SHORTER), tmp_path).head("x")

    assert time.monotonic() - begun < GIVEN_UP_S


@pytest.mark.parametrize("fault", [{"act": Act.HANG}, {"act": Act.REFUSE}, {"act": Act.CUT_ANSWER}])
def test_a_glance(name: str, line: Proxy, tmp_path, fault: dict) -> None:
    """Who only glances at a bucket knows within 2 s that it does not answer, whatever its options say."""
    bucket = open_bucket("far", f"s3://{name}", options(line.port, read_timeout="99s"), tmp_path, hasty=True)

    assert len(BIG) == bucket.head("big").size_bytes
    line.fault(**fault)
    begun = time.monotonic()
    with pytest.raises(StorageFailed, match="Bucket 'far' failed"):
        bucket.head("big")

    assert time.monotonic() - begun < 2


def test_a_bucket_that_is_not_there(line: Proxy, tmp_path) -> None:
    """Writing where there is no bucket says so; looking finds no object."""
    bucket = open_bucket("far", "s3://no-such-bucket", options(line.port, **SHORT), tmp_path)
    for act in (lambda: bucket.write("a", b"1"), lambda: bucket.create("a", b"1")):
        with pytest.raises(StorageFailed, match="Bucket 'far' is not there"):
            act()
    with pytest.raises(ObjectMissing, match="'a'"):
        bucket.head("a")
