"""Files read in pieces: whatever the size of the pieces, the table and what is wrong with it are the same."""

import io
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lookalike import formats
from lookalike.errors import InputRefused

CELLS = st.one_of(st.none(), st.text(st.sampled_from('ab,";\n\r é字'), max_size=6))
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=12).map(
        lambda rows: pl.DataFrame(rows, schema={f"c{i}": pl.String for i in range(width)}, orient="row")
    )
)
ANY_SIZE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch, size: int) -> pl.DataFrame:
    """The table, read in pieces of about so many bytes or rows."""
    with monkeypatch.context() as patched:
        patched.setattr("lookalike.formats._pieces.PIECE_BYTES", size)
        patched.setattr("lookalike.formats._arrow_stream._AT_A_TIME_BYTES", size)
        patched.setattr("lookalike.formats._frames._SLICE_ROWS", size)
        patched.setattr("lookalike.formats._records._CHUNK_RECORDS", size)
        return formats.read(name, io.BytesIO(data), formats.ReadOptions())


def csv(table: pl.DataFrame) -> bytes:
    return table.write_csv(quote_style="non_numeric", null_value="").encode()


@ANY_SIZE
@given(table=TABLES, size=st.integers(1, 40))
def test_csv_of_any_pieces(table: pl.DataFrame, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quoted line ends, delimiters and quotes, blank lines in one column: pieces end where records end."""
    data = csv(table)

    assert_frame_equal(
        formats.read("csv", io.BytesIO(data), formats.ReadOptions()), read("csv", data, monkeypatch, size)
    )


@ANY_SIZE
@given(
    records=st.lists(
        st.dictionaries(st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 2**64 - 1)), min_size=1),
        min_size=1,
        max_size=9,
    ),
    size=st.integers(1, 40),
)
@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_records_of_any_pieces(
    name: str, records: list[dict[str, int | None]], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that come up late and numbers that are large only late make the same columns and dtypes."""
    table = pl.DataFrame(records, schema={k: pl.UInt64 for record in records for k in record})
    lines = "\n".join(row for row in table.select(pl.struct(pl.all()).struct.json_encode().alias("r"))["r"])
    data = (lines if name == "jsonl" else "[" + lines.replace("\n", ",") + "]").encode()

    assert_frame_equal(formats.read(name, io.BytesIO(data), formats.ReadOptions()), read(name, data, monkeypatch, size))


@ANY_SIZE
@given(
    lines=st.lists(st.text(st.sampled_from("ab \té字"), max_size=6), min_size=1, max_size=9), size=st.integers(1, 20)
)
def test_texts_of_any_pieces(lines: list[str], size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record a line, empty ones too."""
    data = ("x\n" + "\n".join(lines) + "\n").encode()

    assert ["x", *lines] == read("txt", data, monkeypatch, size)["text"].to_list()


def stream_format() -> Iterator[bytes]:
    """A table in Arrow's stream format, and one with a dictionary; of several batches each."""
    table = pl.DataFrame({"a": range(100), "b": [f"t{i % 7}" for i in range(100)]})
    for frame in (table, table.with_columns(pl.col("b").cast(pl.Categorical))):
        stream = io.BytesIO()
        pl.concat([frame[:40], frame[40:41], frame[41:]], rechunk=False).write_ipc_stream(stream)
        yield stream.getvalue()


@pytest.mark.parametrize("data", list(stream_format()), ids=["plain", "dictionary"])
@pytest.mark.parametrize("size", [1, 600, 1 << 20])
def test_arrow_streams(data: bytes, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a stream make the table that the stream is."""

    assert_frame_equal(pl.read_ipc_stream(io.BytesIO(data)), read("arrow", data, monkeypatch, size))


@pytest.mark.parametrize("name", ["parquet", "arrow"])
@pytest.mark.parametrize("n_rows", [0, 1, 100])
def test_stored_tables(name: str, n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of a file make the table that the file is, one without rows too."""
    table = pl.DataFrame({"a": range(n_rows), "b": ["é"] * n_rows}, schema={"a": pl.Int16, "b": pl.String})
    stream = io.BytesIO()
    (table.write_parquet if name == "parquet" else table.write_ipc)(stream)

    assert_frame_equal(table, read(name, stream.getvalue(), monkeypatch, 7))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("csv", b"a,b\n1," + b"x" * 300, "record in line 2"),
        ("csv", b"x" * 300, "record in line 1"),
        ("jsonl", b'{"a": 1}\n{"a": "' + b"x" * 300, "record in line 2"),
    ],
)
def test_records_without_end(name: str, data: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a record without end no more is read than it takes to refuse it."""
    monkeypatch.setattr("lookalike.formats._pieces.RECORD_MAX_BYTES", 100)
    stream = io.BytesIO(data + b"x" * 10_000)
    monkeypatch.setattr("lookalike.formats._pieces.PIECE_BYTES", 50)
    with pytest.raises(InputRefused, match=says):
        list(formats.load(name).read(stream, formats.ReadOptions()))

    assert stream.tell() < 1_000
