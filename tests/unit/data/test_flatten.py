"""Nested columns become flat ones when that is told, whatever format they come in; else they are refused."""

import io
import json
from typing import Any

import polars as pl
import pytest

from lookalike import formats
from lookalike.data.columns import ColumnParameters
from lookalike.data.inference import infer
from lookalike.errors import InputInvalid, InputRefused
from lookalike.formats import ReadOptions, load

RECORDS: list[dict[str, Any]] = [
    {"k": i % 3, "a": {"x": i % 5, "in": {"y": f"t{i % 2}"}}, "b": [i % 2, None, 7][: i % 4 or 3]} for i in range(40)
]
NESTED = {name: ColumnParameters(type="nested") for name in ("a", "b")}
NAMES = ["k", "a.x", "a.in.y", "b.0", "b.1", "b.2"]


def read(name: str, options: ReadOptions) -> pl.DataFrame:
    """The records in a format."""
    if name == "json":
        data = json.dumps(RECORDS).encode()
    elif name == "jsonl":
        data = "\n".join(map(json.dumps, RECORDS)).encode()
    else:
        stream = io.BytesIO()
        frame = pl.DataFrame(RECORDS)
        frame.write_parquet(stream) if name == "parquet" else frame.write_ipc(stream)
        data = stream.getvalue()
    return formats.read(name, io.BytesIO(data), options)


@pytest.mark.parametrize("name", ["json", "jsonl", "parquet", "arrow"])
def test_all_formats_come_out_flat(name: str) -> None:
    """Fields and places become columns beside each other, the same from every format."""
    frame = read(name, ReadOptions(nested=frozenset(NESTED)))
    flat, metadata = infer(frame, textual=load(name).textual, columns=NESTED)

    assert NAMES == flat.columns
    assert set(NAMES) == set(metadata.names)
    assert [record["a"]["x"] for record in RECORDS] == flat["a.x"].to_list()
    assert [record["b"][2] if len(record["b"]) > 2 else None for record in RECORDS] == flat["b.2"].to_list()


@pytest.mark.parametrize("name", ["json", "jsonl", "parquet", "arrow"])
def test_without_a_word_they_are_refused(name: str) -> None:
    """A nested column is refused by name, with what to say."""
    with pytest.raises(InputRefused, match=r"'a' is nested.*type.*nested"):
        read(name, ReadOptions())


def test_what_was_made_flat_may_be_told_of_and_excluded() -> None:
    """The new columns are columns like others."""
    frame = pl.DataFrame(RECORDS)
    told = NESTED | {"a.x": ColumnParameters(type="categorical")}
    flat, metadata = infer(frame, textual=False, columns=told, exclude=["b.1", "b.0"])

    assert ["k", "a.x", "a.in.y", "b.2"] == flat.columns
    assert "categorical" == metadata["a.x"].type


def test_long_lists_are_refused() -> None:
    """A list of more than 16 items is a sequence: refused with the number."""
    frame = pl.DataFrame({"k": range(20), "b": [list(range(17))] * 20})
    with pytest.raises(InputRefused, match="'b' has a list of 17 items"):
        infer(frame, textual=False, columns={"b": ColumnParameters(type="nested")})


def test_names_that_meet_are_refused() -> None:
    """A flat column of the name that flattening makes is an error."""
    frame = pl.DataFrame({"a": [{"x": 1}] * 20, "a.x": range(20)})
    with pytest.raises(InputInvalid, match=r"second column 'a.x'"):
        infer(frame, textual=False, columns={"a": ColumnParameters(type="nested")})
    with pytest.raises(InputInvalid, match=r"second column 'a.x'"):
        formats.read("jsonl", io.BytesIO(b'{"a": {"x": 1}, "a.x": 2}'), ReadOptions(nested=frozenset(["a"])))


def test_arrays_missing_and_empty_lists() -> None:
    """Arrays are lists; a missing list, an empty one and a short one have missing cells; a flat column stays flat."""
    frame = pl.DataFrame(
        {
            "arr": pl.Series([[1, 2]] * 10 + [None] * 10, dtype=pl.Array(pl.Int8, 2)),
            "emp": pl.Series([[]] * 20, dtype=pl.List(pl.Int64)),
            "own": [1, 2] * 10,
            "st": pl.Series([None] * 20, dtype=pl.Struct({"q": pl.String})),
        }
    )
    told = {name: ColumnParameters(type="nested") for name in frame.columns}
    flat = infer(frame, textual=False, columns=told)[0]

    assert ["arr.0", "arr.1", "emp", "own", "st.q"] == flat.columns
    assert [1] * 10 + [None] * 10 == flat["arr.0"].to_list()


def test_endless_nesting_is_refused() -> None:
    """What is nested beyond reason is refused, not followed."""
    value: Any = 1
    for _ in range(60):
        value = {"x": value}
    data = "\n".join([json.dumps({"a": value})] * 20).encode()
    with pytest.raises(InputRefused, match="32 levels"):
        formats.read("jsonl", io.BytesIO(data), ReadOptions(nested=frozenset(["a"])))
