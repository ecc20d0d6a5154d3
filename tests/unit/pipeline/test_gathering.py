"""Several objects that are one table."""

import gzip
import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike.data.parameters import TabularParameters
from lookalike.errors import InputChanged, InputInvalid, InputNotFound, InputRefused
from lookalike.pipeline.context import Ceilings, Context
from lookalike.pipeline.gathering import gather as gather_
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Request
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket


def gather(request: Request, context: Context) -> tuple[pl.DataFrame, dict[str, Any]]:
    found = gather_(request, context, TabularParameters())
    return found.table, found.facts


class Silent:
    def stage(self, name: str, status: str) -> None: ...

    def progress(self, stage: str, share: float) -> None:
        assert 0 <= share <= 1

    def checkpoint(self, work: object) -> None: ...

    def begin_publishing(self) -> None: ...


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    buckets, work_bucket = NamedBuckets(tmp_path, {}), open_bucket("work", "file:work", {}, tmp_path)
    return Context(buckets, work_bucket, Tasks(buckets, work_bucket), Silent())  # type: ignore[arg-type]  # asks no executor


def asked(path: str, format_name: str = "csv") -> Request:
    parameters = TabularParameters(seed=0).model_dump()
    return Request("tabular", 30, format_name, "csv", "b", path, "b", "out.csv", "p", parameters)


def put(context: Context, **objects: bytes) -> Bucket:
    bucket = context.buckets["b"]
    for name, value in objects.items():
        bucket.write(f"in/{name}", value)
    return bucket


def parquet(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def test_objects_follow_each_other_by_path(context: Context) -> None:
    """Rows stand in the order of paths, columns as in the first object, each object uncompressed by its own name."""
    put(
        context,
        **{"b.csv.gz": gzip.compress(b"y,x\n4,c\n"), "a.csv": b"x,y\na,1\nb,2\n", "_no.csv": b"z\n1\n", "e.csv": b""},
    )
    table, facts = gather(asked("in/"), context)

    assert [("a", "1"), ("b", "2"), ("c", "4")] == table.rows()
    assert (None, 3, 2) == (facts["etag"], facts["rows"], facts["objects"])


def test_the_digest_is_that_of_their_list(context: Context) -> None:
    """It can be made again by hand: `sha256sum` of each, in order, and of that list."""
    objects = {"a.csv": b"x\n1\n", "b.csv": b"x\n2\n"}
    put(context, **objects)
    lines = "".join(f"{sha256(value).hexdigest()}  in/{name}\n" for name, value in objects.items())

    assert sha256(lines.encode()).hexdigest() == gather(asked("in/*.csv"), context)[1]["sha256"]
    assert sha256(b"x\n1\n").hexdigest() == gather(asked("in/a.csv"), context)[1]["sha256"]


def test_numbers_of_json_are_one_kind(context: Context) -> None:
    """Where a format has no dtypes, whole numbers of one object and others of the next are numbers."""
    put(context, **{"a.jsonl": b'{"x": 1}\n{"x": null}\n', "b.jsonl": b'{"x": 1.5}\n'})

    assert [1.0, None, 1.5] == gather(asked("in/*", "jsonl"), context)[0]["x"].to_list()


def test_a_third_object_is_held_against_the_second(context: Context) -> None:
    """Where the first has only missing cells, the next one says what the column is."""
    put(context, **{"a.jsonl": b'{"x": null}\n', "b.jsonl": b'{"x": "text"}\n', "c.jsonl": b'{"x": 1}\n'})

    with pytest.raises(InputInvalid, match=r"'x' is String in 'in/b\.jsonl' and Int64 in 'in/c\.jsonl'"):
        gather(asked("in/", "jsonl"), context)


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (pl.DataFrame({"x": [1]}), "'in/b.parquet' has no column 'y', which 'in/a.parquet' has."),
        (pl.DataFrame({"x": [1], "y": ["b"], "z": [0]}), "'in/a.parquet' has no column 'z', which 'in/b.parquet' has."),
        (pl.DataFrame({"x": ["1"], "y": ["b"]}), "Column 'x' is Int64 in 'in/a.parquet' and String in 'in/b.parquet'."),
        (
            pl.DataFrame({"x": [1.0], "y": ["b"]}),
            "Column 'x' is Int64 in 'in/a.parquet' and Float64 in 'in/b.parquet'.",
        ),
    ],
)
def test_other_columns_are_refused(second: pl.DataFrame, says: str, context: Context) -> None:
    """The message names both objects and the column."""
    put(context, **{"a.parquet": parquet(pl.DataFrame({"x": [1], "y": ["a"]})), "b.parquet": parquet(second)})

    with pytest.raises(InputInvalid) as told:
        gather(asked("in/*.parquet", "parquet"), context)
    assert says == told.value.message


def test_an_object_that_cannot_be_read_is_named(context: Context) -> None:
    """Which of them it is stands in front of what is wrong with it."""
    put(context, **{"a.parquet": parquet(pl.DataFrame({"x": [1]})), "b.parquet": b"no parquet"})

    with pytest.raises(InputInvalid, match=r"^'in/b\.parquet': "):
        gather(asked("in/", "parquet"), context)


@pytest.mark.parametrize("path", ["in/", "in/*.csv", "*.csv", "none.csv"])
def test_no_object_is_an_error(path: str, context: Context) -> None:
    """Also where there are only such that are passed over."""
    put(context, **{"_a.csv": b"x\n1\n", "b.csv": b""})

    with pytest.raises(InputNotFound, match="There is no"):
        gather(asked(path), context)


def test_all_together_are_bounded(context: Context) -> None:
    """So many bytes are taken of all objects, not of each."""
    put(context, **{f"{n}.csv": b"x\n" + b"1\n" * 40 for n in range(3)})
    with pytest.raises(InputRefused, match="3 objects"):
        gather(asked("in/"), replace(context, ceilings=Ceilings(input_bytes=200)))

    assert 120 == gather(asked("in/"), replace(context, ceilings=Ceilings(input_bytes=300)))[0].height


class Restless:
    """A bucket in which something happens once an object is read."""

    def __init__(self, bucket: Bucket, name: str, value: bytes | None) -> None:
        self._bucket, self._change = bucket, (name, value)

    def __getattr__(self, name: str) -> object:
        return getattr(self._bucket, name)

    def open(self, path: str) -> object:
        name, value = self._change
        if value is None:
            self._bucket.delete(name)
        else:
            self._bucket.write(name, value)
        return self._bucket.open(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("in/b.csv", b"x\n3\n"), ("in/c.csv", b"x\n3\n"), ("in/b.csv", None)],
    ids=["other", "new", "gone"],
)
def test_a_change_meanwhile_is_an_error(name: str, value: bytes | None, context: Context) -> None:
    """An object that is replaced, added or taken away while the others are read."""
    bucket = put(context, **{"a.csv": b"x\n1\n", "b.csv": b"x\n2\n"})
    restless = {"b": Restless(bucket, name, value)}

    with pytest.raises(InputChanged):
        gather(asked("in/*.csv"), replace(context, buckets=restless))


def test_thousands_of_small_objects(context: Context, tmp_path: Path) -> None:
    """Each is one row of the table."""
    folder = tmp_path / "buckets" / "b" / "in"
    folder.mkdir()
    for number in range(2_000):
        (folder / f"{number:05d}.csv").write_text(f"x\n{number}\n")
    table, facts = gather(asked("in/*.csv"), context)

    assert list(range(2_000)) == table["x"].cast(pl.Int64).to_list()
    assert 2_000 == facts["objects"]
