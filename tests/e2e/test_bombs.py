"""Inputs made to take more than there is: refused, or ended by a limit, in words that say what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.io.plugins import register_io_source
from service import Service, request, serving

MB = 1_000_000
MEMORY_MAX_BYTES = 600 * MB  # twice what an ordinary job of this size takes
INPUT_MAX_BYTES = 100 * MB


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    limits = {"JOBS__MEMORY_MAX_BYTES": f"{MEMORY_MAX_BYTES}", "JOBS__INPUT_MAX_BYTES": f"{INPUT_MAX_BYTES}"}
    with serving(tmp_path_factory.mktemp("home"), **limits) as running:
        running.bucket("in"), running.bucket("out")
        yield running


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """What an ordinary job takes, and a million rows."""
    with serving(tmp_path_factory.mktemp("home"), JOBS__MEMORY_MAX_BYTES=f"{1_000 * MB}") as running:
        running.bucket("in"), running.bucket("out")
        yield running


def csv_of_columns(path: Path, n: int) -> None:
    path.write_text(",".join(f"c{i}" for i in range(n)) + "\n" + ("," * (n - 1) + "\n") * 30)


def csv_of_rows(path: Path, n: int) -> None:
    path.write_bytes(b"a\n" + b"1\n" * n)


def csv_of_one_quote(path: Path, n: int) -> None:
    path.write_bytes(b'a,b\n"' + b"x" * n)


def json_of_depth(path: Path, n: int) -> None:
    path.write_bytes(b"[" * n)


def parquet_of_rows(path: Path, n: int) -> None:
    """Few bytes: the same text in all rows."""
    frame = pl.DataFrame({"a": ["x" * 100]}).sample(MB, with_replacement=True)
    chunks = register_io_source(lambda *_: iter([frame] * (n // MB)), schema=frame.schema)
    chunks.sink_parquet(path, compression="zstd")


def parquet_of_cells(path: Path, n: int) -> None:
    """Few bytes: the same text in all cells of a million rows, as many as are held."""
    frame = pl.DataFrame({f"c{i}": ["x" * 100] for i in range(n // MB)}).sample(MB // 10, with_replacement=True)
    chunks = register_io_source(lambda *_: iter([frame] * 10), schema=frame.schema)
    chunks.sink_parquet(path, compression="zstd")


def zst_of_bytes(path: Path, n: int) -> None:
    """Not 200-fold, and more than the limit."""
    from backports import zstd

    words = b"".join(b"%d,%d\n" % (i * 7919 % 100_003, i) for i in range(200_000))
    path.write_bytes(zstd.compress(b"a,b\n" + words * (n // len(words))))


BOMBS = {
    "columns.csv": (csv_of_columns, 20_000, "INPUT_REFUSED", "20,000 columns; at most 10,000"),
    "quote.csv": (csv_of_one_quote, 90 * MB, "INPUT_INVALID", "quote"),
    "depth.json": (json_of_depth, 90 * MB, "INPUT_INVALID", "character 2"),
    "cells.parquet": (parquet_of_cells, 100 * MB, "OUT_OF_MEMORY", "memory"),
    "bytes.csv.zst": (zst_of_bytes, 150 * MB, "INPUT_INVALID", "more than 100,000,000 bytes"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_its_own_job(service: Service, name: str) -> None:
    """Each ends as failed, at the first attempt, with a code and words of ours; the service lives on."""
    make, n, code, says = BOMBS[name]
    path = service.bucket("in") / name
    make(path, n)
    form = name.split(".")[1]
    job = service.run(input_path=name, input_format=form, output_path=f"of-{name}.parquet")
    path.unlink()

    assert ("failed", code, 0) == (job["status"], job["error"]["code"], job["metadata"]["retry_count"]), job
    assert says in job["error"]["message"]
    assert 200 == service.http.get("/readyz").status_code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "n"), [("rows.csv", csv_of_rows, 40 * MB), ("rows.parquet", parquet_of_rows, 200 * MB)]
)
def test_many_rows_are_no_bomb(roomy: Service, name: str, make: Callable[[Path, int], None], n: int) -> None:
    """Rows that would take many times the memory there is are read in pieces, and all are counted."""
    path = roomy.bucket("in") / name
    make(path, n)
    job = roomy.run(input_path=name, input_format=name.split(".")[1], output_path=f"of-{name}.parquet")
    path.unlink()

    assert ("completed", n) == (job["status"], job["metadata"]["input_rows"]), job


def test_what_takes_too_long_is_ended(service: Service) -> None:
    """A job that takes longer to read its input than it may run is ended, though it is deep in parsing."""
    (service.bucket("in") / "long.jsonl").write_bytes(b'{"a":1}\n' * 4 * MB)
    job = service.run(input_path="long.jsonl", input_format="jsonl", output_path="long.csv", timeout=1)

    assert ("failed", "JOB_TIMEOUT") == (job["status"], job["error"]["code"]), job


def test_an_object_too_large_is_refused_at_once(service: Service) -> None:
    """What is known before a job runs is told before: the field and the limit."""
    with (service.bucket("in") / "large.csv").open("wb") as file:
        file.truncate(INPUT_MAX_BYTES + 1)
    answer: Any = service.http.post("/api/v2/jobs", json=request(input_path="large.csv"))

    assert 400 == answer.status_code
    assert "input_path names an object of more than 100,000,000 bytes" in answer.json()["error"]["message"]
