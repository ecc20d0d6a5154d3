"""What every format promises: what is written is read back, same frames same bytes, bad bytes give our errors."""

import io
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from lookalike import formats, plugins
from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import LINE_FORMATS
from lookalike.errors import InputInvalid, InputRefused, MetadataError
from lookalike.formats import ReadOptions, WriteOptions, load, split_path

NAMES = plugins.names("lookalike.formats")
TABLES = [name for name in NAMES if name not in LINE_FORMATS]  # lines hold one column
BINARY = [name for name in NAMES if not load(name).textual]
TEXTUAL = [name for name in TABLES if load(name).textual]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1))
CELLS = {
    pl.Boolean(): st.booleans(),
    pl.Int8(): st.integers(-(2**7), 2**7 - 1),
    pl.Int64(): st.integers(-(2**63), 2**63 - 1),
    pl.UInt64(): st.integers(0, 2**64 - 1),
    pl.Float32(): st.floats(width=32),
    pl.Float64(): st.floats(),
    pl.String(): st.text(max_size=8),
    pl.Categorical(): st.sampled_from(["a", "b", "", "NA"]),
    pl.Enum(["z", "a", "m"]): st.sampled_from(["z", "a", "m"]),
    pl.Date(): st.dates(date(1, 1, 1), date(9999, 12, 31)),
    pl.Time(): st.times(),
    pl.Datetime("ms"): MOMENT,
    pl.Datetime("us", "UTC"): MOMENT,
    pl.Datetime("ns", "Europe/Berlin"): MOMENT,
    pl.Duration("us"): st.timedeltas(timedelta(days=-9), timedelta(days=9)),
    pl.Decimal(12, 3): st.decimals(-9999, 9999, places=3).map(Decimal),
    pl.Null(): st.none(),
}


@st.composite
def columns(draw: st.DrawFn, n_rows: int, dtype: pl.DataType) -> pl.Series:
    cells = draw(st.lists(st.none() | CELLS[dtype], min_size=n_rows, max_size=n_rows))
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        naive = pl.Series(cells, dtype=pl.Datetime(dtype.time_unit))
        return naive.dt.replace_time_zone("UTC").dt.convert_time_zone(dtype.time_zone)
    return pl.Series(cells, dtype=dtype, strict=False)


@st.composite
def flat_frames(draw: st.DrawFn) -> pl.DataFrame:
    n_rows = draw(st.integers(0, 6))
    dtypes = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=5))
    return pl.DataFrame([draw(columns(n_rows, d)).alias(f"c{i}") for i, d in enumerate(dtypes)])


def described(frame: pl.DataFrame) -> Metadata:
    kinds = {pl.String: ColumnType.CATEGORICAL, pl.Categorical: ColumnType.CATEGORICAL, pl.Enum: ColumnType.CATEGORICAL}
    return Metadata(tuple(Column(n, kinds.get(d.base_type(), ColumnType.INTEGER), d) for n, d in frame.schema.items()))


def written(name: str, frames: list[pl.DataFrame], metadata: Metadata) -> bytes:
    stream = io.BytesIO()
    load(name).write(iter(frames), metadata, stream, WriteOptions())
    return stream.getvalue()


def read(name: str, data: bytes) -> pl.DataFrame:
    return formats.read(name, io.BytesIO(data), ReadOptions())


@pytest.mark.parametrize("name", BINARY)
@QUICK
@given(frame=flat_frames())
def test_binary_formats_keep_schema_and_cells(name: str, frame: pl.DataFrame) -> None:
    """Within Parquet and Arrow the polars schema and all cells come back identical."""
    back = read(name, written(name, [frame], described(frame)))

    assert frame.schema == back.schema
    assert_frame_equal(frame, back, categorical_as_str=True)


@pytest.mark.parametrize("name", TEXTUAL)
@QUICK
@given(
    cells=st.lists(st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1, max_size=9)
)
def test_textual_formats_keep_text(name: str, cells: list[str | None]) -> None:
    """Text comes back as it was: quotes, delimiters, line ends, empty text apart from no text."""
    frame = pl.DataFrame({"a": cells, "b": cells[::-1]}, schema={"a": pl.String, "b": pl.String})
    back = read(name, written(name, [frame], described(frame)))

    assert frame.rows() == back.rows()


@pytest.mark.parametrize("name", TABLES)
@QUICK
@given(frame=flat_frames(), cut=st.integers(0, 6))
def test_frames_are_written_as_one_table(name: str, frame: pl.DataFrame, cut: int) -> None:
    """An iterable of frames gives the same table as their concatenation; for text the same bytes."""
    whole, parts = (written(name, frames, described(frame)) for frames in ([frame], [frame[:cut], frame[cut:]]))

    assert load(name).textual <= (whole == parts)
    if not load(name).textual:
        assert_frame_equal(read(name, whole), read(name, parts))


@pytest.mark.parametrize("name", TABLES)
@QUICK
@given(frame=flat_frames())
def test_same_frames_give_the_same_bytes(name: str, frame: pl.DataFrame) -> None:
    """Nothing but the frames goes into the bytes."""

    assert written(name, [frame, frame], described(frame)) == written(name, [frame, frame], described(frame))


@pytest.mark.parametrize(("name", "empty"), [("csv", b"a,b\n"), ("json", b"[]\n"), ("jsonl", b"")])
def test_no_frames_are_an_empty_text(name: str, empty: bytes) -> None:
    """Without frames a textual format writes what a table without rows is."""

    assert empty == written(name, [], described(pl.DataFrame(schema={"a": pl.Int64, "b": pl.String})))


@pytest.mark.parametrize("name", BINARY)
def test_no_frames_are_an_empty_table(name: str) -> None:
    """Without frames a binary format writes a table without rows and with all columns."""
    frame = pl.DataFrame(schema={"a": pl.Int64, "b": pl.Enum(["x"])})

    assert frame.equals(read(name, written(name, [], described(frame))))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_written_in_order(name: str) -> None:
    """Many frames of unequal size come back complete and in order."""
    frame = pl.DataFrame({"n": range(100_000)})
    sizes = [1, 40_000, 0, 9, 59_990]
    parts = [frame[sum(sizes[:i]) : sum(sizes[: i + 1])] for i in range(len(sizes))]
    back = read(name, written(name, parts, described(frame)))

    assert list(range(100_000)) == back.to_series().cast(pl.Int64).to_list()


@pytest.mark.parametrize("name", NAMES)
def test_foreign_columns_are_refused(name: str) -> None:
    """A frame with other columns than the metadata is an error of ours, whoever pulls the frames."""
    frame = pl.DataFrame({"a": [1]})
    with pytest.raises(MetadataError):
        written(name, [frame, pl.DataFrame({"b": [1]})], described(frame))


@pytest.mark.parametrize("name", NAMES)
def test_errors_of_the_source_come_out(name: str) -> None:
    """What the frames' source raises reaches the caller as it is."""

    def frames() -> object:
        yield pl.DataFrame({"a": [1]})
        raise InputRefused("no more")

    with pytest.raises(InputRefused, match="no more"):
        load(name).write(frames(), described(pl.DataFrame({"a": [1]})), io.BytesIO(), WriteOptions())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
@settings(QUICK, max_examples=150)
@given(data=st.data())
def test_any_bytes_give_a_table_or_our_error(name: str, data: st.DataObject) -> None:
    """Whatever the bytes, a reader gives a table, InputInvalid or InputRefused."""
    table = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    frame = table if name in TABLES else table.select("b")
    good = written(name, [frame], described(frame))
    at = data.draw(st.integers(0, len(good)))
    noise = data.draw(st.binary(max_size=24) | st.text('[{"a":1,}]\n\r;', max_size=24).map(str.encode))
    keep = data.draw(st.integers(0, len(good)))
    found = None
    with suppress(InputInvalid, InputRefused):
        found = infer(read(name, good[:at] + noise + good[keep:]), textual=load(name).textual)

    assert found is None or found[0].columns == list(found[1].names)


@pytest.mark.parametrize("name", NAMES)
def test_suffixes_are_owned_once(name: str) -> None:
    """Each ending leads to one format, in any case, under any compression."""
    for suffix in load(name).suffixes:
        found = [split_path(f"A/B{suffix.upper()}{c}") for c in ("", ".gz", ".ZST")]

        assert [(name, None), (name, "gz"), (name, "zst")] == found


@pytest.mark.parametrize("name", NAMES)
def test_writing_needs_no_seeking(name: str) -> None:
    """A stream that can only be written to gets the same bytes as one in memory."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.bytes = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.bytes += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    table, pipe = pl.DataFrame({"a": [1, 2], "t": [time(1), None]}), Pipe()
    frame = table if name in TABLES else table.select("t")
    load(name).write([frame], described(frame), pipe, WriteOptions())  # type: ignore[arg-type]

    assert written(name, [frame], described(frame)) == pipe.bytes
