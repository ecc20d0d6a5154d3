"""Text files: a record a line."""

import gzip
import io
from typing import BinaryIO, cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike import formats
from lookalike.data.columns import ColumnParameters
from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.errors import InputInvalid, InputRefused, LookalikeError, MetadataError
from lookalike.formats.txt import RECORD_MAX_CHARS

TEXT = Metadata((Column("text", ColumnType.TEXT, pl.String()),))
SECRET = "SECRET-4711"
LINES = st.text(st.characters(exclude_characters="\0\r\n", codec="utf-8"), max_size=12)


def read(data: bytes) -> list[str]:
    return formats.read("txt", io.BytesIO(data), formats.ReadOptions())["text"].to_list()


def written(*frames: pl.DataFrame, metadata: Metadata = TEXT) -> bytes:
    stream = io.BytesIO()
    formats.load("txt").write(frames, metadata, stream, formats.WriteOptions())
    return stream.getvalue()


@given(
    lines=st.lists(LINES, min_size=1, max_size=9).filter(any), end=st.sampled_from(["\n", "\r\n"]), last=st.booleans()
)
def test_a_record_is_a_line(lines: list[str], end: str, last: bool) -> None:
    """Lines end in LF or CRLF, the last one perhaps in nothing; a byte order mark is no text, all else is."""
    data = end.join(lines) + (end if last or not lines[-1] else "")
    expected = [line.removeprefix("\ufeff") if n == 0 else line for n, line in enumerate(lines)]

    assert expected == read(data.encode())
    assert lines == read(b"\xef\xbb\xbf" + data.encode())


@given(lines=st.lists(LINES, min_size=1, max_size=9).filter(any), cut=st.integers(0, 9))
def test_what_is_written_is_read(lines: list[str], cut: int) -> None:
    """Texts come back as they were, however they were cut into frames."""
    frames = [pl.DataFrame({"text": part}, schema={"text": pl.String}) for part in (lines[:cut], lines[cut:])]

    assert written(pl.concat(frames)) == written(*frames)
    assert lines == read(b"\xef\xbb\xbf" + written(*frames))


def test_other_ends_are_text() -> None:
    """What Unicode calls a line end and text files do not is a character like any other."""
    lines = ["a\u2028b\u2029c", "d\x85e", "f\x0bg\x0ch", "\x1c\x1d\x1e", "שלום \u202eعالم", "👩‍👩‍👧", "e\u0301", " \t "]

    assert lines == read("\n".join(lines).encode())


def test_empty_lines_are_empty_texts() -> None:
    """An empty line is a record, also as the last but one; a missing text is written as one."""

    assert ["a", "", "b", ""] == read(b"a\n\nb\n\n")
    assert b"a\n\n\n" == written(pl.DataFrame({"text": ["a", None, ""]}))


def test_pieces_meet() -> None:
    """Lines are whole where the pieces meet in which a large file is read."""
    lines = [f"{n:07} " + "ü" * (n % 90) for n in range(120_000)]

    assert lines == read("\n".join(lines).encode())


BAD: list[tuple[str, bytes, type[LookalikeError], str]] = [
    ("empty", b"", InputInvalid, "empty"),
    ("nothing but line ends", b"\xef\xbb\xbf\r\n\n\n", InputInvalid, "empty"),
    ("UTF-16", f"{SECRET}\nb\n".encode("utf-16"), InputInvalid, "UTF-16"),
    ("UTF-16 without mark", f"{SECRET}\nb\n".encode("utf-16-le"), InputInvalid, "NUL"),
    ("NUL", f"a\n{SECRET}\0\n".encode(), InputInvalid, "Line 2 has a NUL"),
    ("Latin-1", f"a\r\n\r\n{SECRET} é\n".encode("latin-1"), InputInvalid, "Line 3 is not UTF-8"),
    ("half a surrogate pair", b"a\n\xed\xa0\x80" + SECRET.encode(), InputInvalid, "Line 2 is not UTF-8"),
    ("overlong", b"a\n\xc0\xaf" + SECRET.encode(), InputInvalid, "Line 2 is not UTF-8"),
    ("CR alone", f"a\r{SECRET}\r".encode(), InputInvalid, "carriage return alone"),
    ("CR inside", f"a\nb\r{SECRET}\n".encode(), InputInvalid, "Line 2 has a carriage return"),
    ("CR twice", f"a\nb\n{SECRET}\r\r\n".encode(), InputInvalid, "Line 3 has a carriage return"),
    ("CR at the end", f"a\n{SECRET}\r".encode(), InputInvalid, "Line 2 has a carriage return"),
    ("zip", b"PK\x03\x04" + SECRET.encode(), InputInvalid, "Excel"),
    ("gzip", gzip.compress(SECRET.encode()), InputInvalid, "gzip"),
    ("long", b"a\n" + b"x" * (RECORD_MAX_CHARS + 1) + b"\nb\n", InputRefused, "Line 2 has more than 1,000,000"),
]


@pytest.mark.parametrize(("data", "error", "says"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_files(data: bytes, error: type[LookalikeError], says: str) -> None:
    """A bad file gives the right error, which says what and where and what to do, and shows no text."""
    with pytest.raises(error, match=says) as caught:
        read(data)

    assert "4711" not in str(vars(caught.value))
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)
    assert len(caught.value.hint) > 8


class Endless(io.RawIOBase):
    """A gigabyte of the same; counts what is taken of it."""

    def __init__(self, piece: bytes) -> None:
        self.piece, self.taken = piece, 0

    def read(self, size: int = -1) -> bytes:
        if self.taken >= 1 << 30:
            return b""
        self.taken += size
        return self.piece * (size // len(self.piece))


@pytest.mark.parametrize(
    ("piece", "error", "says"),
    [
        (b"word " * 8, InputRefused, "Line 1 has more than"),
        ("字".encode() * 8, InputRefused, "Line 1 has more than"),
        (b"\0" * 8, InputInvalid, "NUL"),
        (b"\xff\xfea\0" * 8, InputInvalid, "UTF-16"),
        (b"PK\x03\x04" * 8, InputInvalid, "Excel"),
        (b"\xe9 t\xe9 " * 8, InputInvalid, "Line 1 is not UTF-8"),
    ],
)
def test_a_gigabyte_without_lines(piece: bytes, error: type[LookalikeError], says: str) -> None:
    """Of a line without end no more is read than it takes to refuse it; what is no text is told as that."""
    stream = Endless(piece)
    with pytest.raises(error, match=says):
        formats.read("txt", cast(BinaryIO, stream), formats.ReadOptions())

    assert stream.taken < 16 << 20


def test_the_longest_record() -> None:
    """A record of as many characters as may be is taken, however many bytes they have."""
    lines = ["😀" * RECORD_MAX_CHARS, "b"]

    assert lines == read("\n".join(lines).encode())


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends_cannot_be_written(end: str) -> None:
    """A text with a line end inside is refused, counted over all frames, and not shown."""
    frames = [pl.DataFrame({"text": ["a", "b"]}), pl.DataFrame({"text": ["c", f"{SECRET}{end}d"]})]
    with pytest.raises(MetadataError, match="Record 4 has a line end") as caught:
        written(*frames)

    assert SECRET not in str(caught.value)


def test_tables_cannot_be_written() -> None:
    """Several columns have no room in a line."""
    columns = (*TEXT.columns, Column("n", ColumnType.INTEGER, pl.Int64()))
    with pytest.raises(MetadataError, match="txt holds one column, and there are 2"):
        written(metadata=Metadata(columns))


def test_records_are_what_they_look_like() -> None:
    """Lines of numbers are numbers to inference, unless they are told to be texts."""
    table = pl.DataFrame({"text": read(b"12\n7\n" * 20)})
    told = {"text": ColumnParameters(type="text")}
    types = [infer(table, textual=True, columns=columns)[1]["text"].type for columns in ({}, told)]

    assert [ColumnType.INTEGER, ColumnType.TEXT] == types


@pytest.mark.parametrize("name", ["a/b.txt", "B.TXT.gz", "c.txt.zst"])
def test_endings(name: str) -> None:
    """The ending is .txt, in any case, also compressed."""

    assert "txt" == formats.split_path(name)[0]
