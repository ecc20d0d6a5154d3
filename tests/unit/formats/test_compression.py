"""Compression: plain bytes come back, bombs and damage are refused, the same bytes come out each time."""

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.errors import InputInvalid, ValidationError
from lookalike.formats import compressed, decompressed

BOTH = pytest.mark.parametrize("compression", ["gz", "zst"])
MB = 1 << 20


def packed(data: bytes, compression: str | None) -> bytes:
    stream = io.BytesIO()
    with compressed(stream, compression) as target:
        target.write(data)
    return stream.getvalue()


def plain(data: bytes, compression: str | None, limit_bytes: int | None = None) -> bytes:
    return decompressed(io.BytesIO(data), compression, limit_bytes=limit_bytes).read()


@pytest.mark.parametrize("compression", ["gz", "zst", None])
@settings(max_examples=30, deadline=None)
@given(parts=st.lists(st.binary(max_size=99), min_size=1, max_size=3))
def test_bytes_come_back(compression: str | None, parts: list[bytes]) -> None:
    """What is compressed is decompressed, also several members in a row."""

    assert b"".join(parts) == plain(b"".join(packed(p, compression) for p in parts), compression, 1 << 30)


@BOTH
def test_long_streams_come_back(compression: str) -> None:
    """Many chunks in and out are the same bytes."""
    data = b"".join(i.to_bytes(4, "little") for i in range(2_000_000))

    assert data == plain(packed(data, compression), compression)


@BOTH
def test_compression_tells_no_time(compression: str) -> None:
    """The same bytes give the same file."""

    assert packed(b"abc" * 99, compression) == packed(b"abc" * 99, compression)


def test_gzip_has_no_name_and_no_time() -> None:
    """The gzip header holds zeros where name flag and time would be."""

    assert bytes(5) == packed(b"abc", "gz")[3:8]


@BOTH
def test_bombs_are_refused(compression: str) -> None:
    """More than 200-fold beyond the first 64 MB is refused before it is held."""
    bomb = packed(bytes(70 * MB), compression)
    with pytest.raises(InputInvalid, match="200-fold"):
        plain(bomb, compression)


@BOTH
def test_small_files_may_expand_as_they_like(compression: str) -> None:
    """A column of one value below 64 MB is no bomb."""

    assert 8 * MB == len(plain(packed(bytes(8 * MB), compression), compression))


@pytest.mark.parametrize("compression", ["gz", "zst", None])
def test_limit_is_kept(compression: str | None) -> None:
    """Over the limit in plain bytes is refused, at the limit is not."""
    data = packed(b"x" * 1000, compression)

    assert 1000 == len(plain(data, compression, 1000))
    with pytest.raises(InputInvalid, match="more than 999 bytes"):
        plain(data, compression, 999)


@BOTH
@settings(max_examples=40, deadline=None)
@given(keep=st.floats(0, 0.999))
def test_cut_files_are_refused(compression: str, keep: float) -> None:
    """A file that is cut short anywhere is an error, not a shorter table."""
    data = packed(bytes(range(256)) * 9, compression)
    with pytest.raises(InputInvalid) as caught:
        plain(data[: int(len(data) * keep)], compression)

    assert caught.value.__context__ is None


@BOTH
def test_other_bytes_are_refused(compression: str) -> None:
    """Bytes that are not compressed, or not that way, are told as such."""
    with pytest.raises(InputInvalid, match="damaged"):
        plain(b"a,b\n1,2\n" * 9, compression)


def test_others_read_ours() -> None:
    """Python's own gzip reads what we write."""

    assert b"abc" == gzip.decompress(packed(b"abc", "gz"))


def test_unknown_compression_is_refused() -> None:
    """Only gz and zst are compressions."""
    with pytest.raises(ValidationError):
        plain(b"", "bz2")
