"""Across formats: what a type becomes in another family, as docs/formats.md has it."""

import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.formats import ReadOptions, WriteOptions, load, read

N = 20
NAN, INF = float("nan"), float("inf")
STAMP = datetime(2020, 1, 1, 9, 0, 0, 5000)
ROWS: list[tuple[str, pl.Series, str, str]] = [
    ("integer", pl.Series([-1] * N), "-1", "-1"),
    ("UInt64", pl.Series([2**64 - 1] * N, dtype=pl.UInt64), "18446744073709551615", "18446744073709551615"),
    ("float", pl.Series([0.1] * N), "0.1", "0.1"),
    ("whole float", pl.Series([2.0] * N), "2.0", "2.0"),
    ("NaN", pl.Series([NAN] * N), "NaN", "null"),
    ("infinity", pl.Series([-INF] * N), "-inf", "null"),
    ("Decimal", pl.Series([Decimal("1.50")] * N), "1.50", "1.5"),
    ("boolean", pl.Series([True] * N), "true", "true"),
    ("text", pl.Series(['a"b'] * N), '"a""b"', '"a\\"b"'),
    ("empty text", pl.Series([""] * N), '""', '""'),
    ("Categorical", pl.Series(["x"] * N, dtype=pl.Categorical), "x", '"x"'),
    ("Enum", pl.Series(["x"] * N, dtype=pl.Enum(["y", "x"])), "x", '"x"'),
    ("date", pl.Series([date(2020, 1, 31)] * N), "2020-01-31", '"2020-01-31"'),
    ("datetime", pl.Series([datetime(2020, 1, 31, 9)] * N), "2020-01-31T09:00:00", '"2020-01-31T09:00:00"'),
    ("ms", pl.Series([STAMP] * N), "2020-01-01T09:00:00.005", '"2020-01-01T09:00:00.005"'),
    ("zone", pl.Series([datetime(2020, 1, 1, tzinfo=UTC)] * N), "2020-01-01T00:00:00+00:00",
     '"2020-01-01T00:00:00+00:00"'),
    ("time", pl.Series([time(9, 5)] * N), "09:05:00", '"09:05:00"'),
    ("duration", pl.Series([timedelta(days=1, seconds=5)] * N), "P1DT5S", '"P1DT5S"'),
    ("null", pl.Series([None] * N, dtype=pl.Null), "", "null"),
]  # fmt: skip


def first_line(name: str, cells: pl.Series) -> str:
    frame, metadata = infer(cells.alias("c").to_frame(), textual=False)
    stream = io.BytesIO()
    load(name).write([frame], metadata, stream, WriteOptions())
    lines = stream.getvalue().decode().split("\n")
    return lines[1] if name == "csv" else lines[0].removeprefix('{"c":').removesuffix("}")


@pytest.mark.parametrize(("cells", "csv", "json"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_dtypes_have_a_spelling(cells: pl.Series, csv: str, json: str) -> None:
    """Each dtype of a binary format has one spelling in CSV and one in JSON."""

    assert (csv, json) == (first_line("csv", cells), first_line("jsonl", cells))


def test_text_of_numbers_stays_text_in_json() -> None:
    """JSON text that looks like a number is written as text again; CSV cells have no such difference."""
    data = b'{"a":"12","b":"2020-01-31","c":12,"d":"true","e":"PT5S"}\n' * N
    frame = read("jsonl", io.BytesIO(data), ReadOptions())
    typed, metadata = infer(frame, textual=True)
    stream = io.BytesIO()
    load("jsonl").write([typed], metadata, stream, WriteOptions())

    assert data == stream.getvalue()
    assert ["categorical", "date", "integer", "categorical", "duration"] == [c.type for c in metadata.columns]
