"""Kinds of tables the library takes and gives back, and what it needs for them."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import lookalike
from lookalike.errors import InputInvalid, InputRefused, MetadataError, ModelFileError, UsageError

N = 300
TABLE = pl.DataFrame(
    {
        "age": pl.Series([18 + n * 7 % 70 for n in range(N)], dtype=pl.Int16),
        "income": [20_000 + n * 7919 % 50_000 / 7 for n in range(N)],
        "city": [("Oslo", "Bergen", "Tromsø")[n * 5 % 7 % 3] for n in range(N)],
        "member": [n % 3 == 0 for n in range(N)],
        "since": [date(2015, 1, 1) + timedelta(days=n * 37 % 3000) for n in range(N)],
        "seen": [datetime(2024, 1, 1) + timedelta(seconds=n * 7919) for n in range(N)],
        "score": [None if n % 5 == 0 else n / N for n in range(N)],
    }
)


@pytest.fixture(scope="module")
def model() -> lookalike.TabularModel:
    """What was learnt from the table."""
    return lookalike.TabularSynthesizer(seed=3).fit(TABLE)


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    return frame.to_pandas().astype({"city": "category", "age": "Int16"})


def to_batch(frame: pl.DataFrame) -> Any:
    return frame.to_arrow().combine_chunks().to_batches()[0]


KINDS: dict[str, tuple[Callable[[pl.DataFrame], Any], Callable[[Any], Any]]] = {
    "polars": (lambda t: t, lambda t: t.schema),
    "lazy": (lambda t: t.lazy(), lambda t: t.collect_schema()),
    "pandas": (to_pandas, lambda t: {str(k): str(v) for k, v in t.dtypes.items()}),
    "arrow": (lambda t: t.to_arrow(), lambda t: t.schema),
    "batch": (to_batch, lambda t: t.schema),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sample_is_of_the_kind_given(kind: str) -> None:
    """Rows come back in the type of table that was fitted, with the same columns and dtypes."""
    make, shape = KINDS[kind]
    given = make(TABLE)
    sampled = lookalike.TabularSynthesizer(seed=3).fit(given).sample(25)

    assert type(given) is type(sampled)
    assert shape(given) == shape(sampled)


def test_every_kind_gives_the_same_rows(model: lookalike.TabularModel) -> None:
    """Arrow and polars tables of the same cells give the same rows for the same seed."""
    sampled = lookalike.TabularSynthesizer(seed=3).fit(TABLE.to_arrow()).sample(25)

    assert model.sample(25).to_dicts() == pl.DataFrame(sampled).to_dicts()


@pytest.mark.parametrize("kind", ["polars", "pandas", "arrow"])
def test_dates_held_as_text_come_back_as_text(kind: str) -> None:
    """Dates in text columns are learnt as dates, so new ones are drawn, and come back in the same spelling."""
    days = pl.Series("day", [date(2015, 1, 1) + timedelta(days=n * 37 % 3000) for n in range(N)])
    make = {"polars": lambda t: t, "pandas": lambda t: t.to_pandas(), "arrow": lambda t: t.to_arrow()}[kind]
    given = make(TABLE.select("age", day=days.dt.strftime("%d/%m/%Y"), late=pl.lit(days) > date(2018, 1, 1)))
    model = lookalike.TabularSynthesizer(seed=3, conditions={"late": True}).fit(given)
    sampled = model.sample(50)
    cells = pl.Series(sampled["day"].to_pylist() if kind == "arrow" else list(sampled["day"]))

    assert type(given) is type(sampled)
    assert (cells.str.to_date("%d/%m/%Y") >= date(2017, 6, 1)).all()
    assert not set(cells) <= set(days.dt.strftime("%d/%m/%Y"))
    assert lookalike.evaluate(given, sampled).figures


def test_any_arrow_stream_is_a_table() -> None:
    """Whatever hands out an Arrow stream is fitted, and gives polars."""

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.table({"a": list(range(50))}).__arrow_c_stream__(requested_schema)

    sampled = lookalike.TabularSynthesizer(seed=1).fit(Stream()).sample(3)

    assert (3, ["a"]) == (sampled.height, sampled.columns)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl", "json", "parquet", "arrow"])
def test_paths_give_polars(tmp_path: Path, suffix: str) -> None:
    """A path, as text or Path, is read by its suffix; its samples are polars frames of its columns."""
    writers = {"csv": "write_csv", "jsonl": "write_ndjson", "json": "write_json", "parquet": "write_parquet"}
    path = tmp_path / f"t.{suffix}"
    if suffix == "csv.gz":
        import gzip

        path.write_bytes(gzip.compress(TABLE.write_csv().encode()))
    else:
        getattr(TABLE, writers.get(suffix, "write_ipc"))(path)
    sampled = lookalike.TabularSynthesizer(seed=3).fit(str(path)).sample(25)

    assert (pl.DataFrame, 25, TABLE.columns) == (type(sampled), sampled.height, sampled.columns)


def test_a_seed_is_drawn_and_told() -> None:
    """Without a seed one is drawn, and told, so that the rows can be made again."""
    first = lookalike.TabularSynthesizer()
    again = lookalike.TabularSynthesizer(seed=first.seed)

    assert first.fit(TABLE).sample(5).equals(again.fit(TABLE).sample(5))


def test_blocks(model: lookalike.TabularModel) -> None:
    """More rows than a block holds come in blocks, together exactly as many."""

    assert [65_536, 3] == [block.height for block in model.blocks(65_539)]


@pytest.mark.parametrize(
    ("exclude", "error", "named"),
    [(["town"], InputInvalid, "no column 'town' to exclude"), (TABLE.columns, InputRefused, "All columns")],
)
def test_what_cannot_be_excluded(exclude: list[str], error: type[Exception], named: str) -> None:
    """A column that is not there, or all of them, cannot be left out."""
    with pytest.raises(error, match=named):
        lookalike.TabularSynthesizer(exclude=exclude).fit(TABLE)


@pytest.mark.parametrize("data", [pl.DataFrame(), pl.DataFrame({"a": [[1]] * 30}), pl.DataFrame({" ": [1] * 30})])
def test_tables_without_use(data: pl.DataFrame) -> None:
    """No columns, nested columns, columns without names cannot be learnt from."""
    with pytest.raises((InputRefused, InputInvalid)):
        lookalike.TabularSynthesizer(seed=1).fit(data)


def test_a_model_file_spoilt_anywhere(model: lookalike.TabularModel, tmp_path: Path) -> None:
    """A model file that is empty, cut short, something else, or has a byte changed anywhere is refused."""
    model.save(tmp_path / "m")
    whole = (tmp_path / "m").read_bytes()
    spoilt = [bytearray(whole) for _ in range(9)]
    for n, value in enumerate(spoilt):
        value[n * (len(whole) - 1) // 8] ^= 0x55
    for value in (b"", b"PK\x03\x04", b"\x80\x04x", whole[: len(whole) // 2], whole + b"x", *map(bytes, spoilt)):
        (tmp_path / "m").write_bytes(value)
        with pytest.raises(ModelFileError):
            lookalike.load(tmp_path / "m")


@pytest.mark.parametrize("which", ["synthetic", "holdout"])
def test_missing_column_is_named(which: str) -> None:
    """A table that lacks a column is refused by the column's name."""
    tables = {"synthetic": TABLE, "holdout": TABLE, which: TABLE.drop("city")}
    with pytest.raises(MetadataError, match="lacks the column 'city'"):
        lookalike.evaluate(TABLE, tables["synthetic"], tables["holdout"])


def test_no_synthetic_rows() -> None:
    """Evaluating nothing is refused."""
    with pytest.raises(UsageError, match="no synthetic rows"):
        lookalike.evaluate(TABLE, None)


BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
"""


def told(script: str, blocked: str) -> str:
    """What a script prints in a process where some libraries are not installed."""
    command = [sys.executable, "-c", BLOCKED + script, blocked]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_polars_needs_no_extra() -> None:
    """With neither pandas nor pyarrow installed, a polars table is fitted, sampled and judged."""
    script = """
import polars as pl, lookalike
t = pl.DataFrame({"a": list(range(120)), "b": ["x", "y", "z"] * 40})
m = lookalike.TabularSynthesizer(seed=1).fit(t)
print(m.sample(7).shape, len(lookalike.evaluate(t, m.sample(50)).to_html()) > 1000)
"""

    assert "(7, 2) True" == told(script, "pandas,pyarrow")


def test_pandas_without_pyarrow_names_the_extra() -> None:
    """A pandas table where pyarrow is not installed is refused by naming the extra."""
    script = """
import pandas as pd, lookalike
from lookalike.errors import ExtraMissing
try:
    lookalike.TabularSynthesizer(seed=1).fit(pd.DataFrame({"a": range(50), "b": ["x", "y"] * 25}))
except ExtraMissing as error:
    print(error.code, error)
"""
    expected = "EXTRA_MISSING A pandas table needs the extra 'pandas'. Install it: pip install 'lookalike[pandas]'"

    assert expected == told(script, "pyarrow")
