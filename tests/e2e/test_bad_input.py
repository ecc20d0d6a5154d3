"""Bad and strange input, through the service: a right result or a clear error, no half output, no cell told."""

import json
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from inputs import REFUSED, SECRET, TAKEN
from service import Service

from lookalike.data.parameters import TabularParameters
from lookalike.tables import given, typed

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"


def _run(service: Service, name: str, value: bytes, **changes: Any) -> dict[str, Any]:
    (service.bucket("in") / name).write_bytes(value)
    form = name.removesuffix(".gz").rpartition(".")[2]
    asked = {"input_format": form, "output_format": form, "input_path": name, "output_path": f"bad/{name}"}
    return service.run(**{**asked, "data_size": 150, **changes})


def _silent(service: Service, job: dict[str, Any]) -> None:
    log = service.home.parent / f"{service.home.name}.log"
    assert SECRET not in json.dumps(job)
    assert SECRET not in log.read_text("utf-8")
    assert "Traceback" not in log.read_text("utf-8")


@pytest.mark.parametrize("what", REFUSED)
def test_refused(service: Service, what: str) -> None:
    """The job fails with its code; the message names line or column; nothing stands at the output; no cell is told."""
    name, value, code, named = REFUSED[what]
    job = _run(service, name, value)
    deadline = time.monotonic() + 10
    while (service.bucket("out") / ".lookalike").exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    assert ("failed", code) == (job["status"], job["error"]["code"])
    assert named in job["error"]["message"]
    assert not list(service.bucket("out").rglob(f"*{name}*"))
    assert not (service.bucket("out") / ".lookalike").exists()
    _silent(service, job)


@pytest.mark.parametrize("what", TAKEN)
def test_taken(service: Service, what: str) -> None:
    """The job completes with exactly the rows asked for; names and types are those of the input."""
    name, value = TAKEN[what]
    job = _run(service, name, value)
    real, fresh = (_table(service.bucket(side) / place) for side, place in (("in", name), ("out", f"bad/{name}")))

    assert job["status"] == "completed", job["error"]
    assert 150 == fresh.height
    assert real.schema == fresh.schema
    _silent(service, job)


def _table(path: Path) -> pl.DataFrame:
    return typed(given(path, TabularParameters()), TabularParameters())[0]


def test_strings_that_name_somebody_are_made_up(service: Service) -> None:
    """A column of strings that are all different comes out in their format, none of them from the input."""
    name, value = TAKEN["strings that are all different"]
    _run(service, name, value, output_path="bad/made_up.csv")
    real, fresh = (
        pl.read_csv(service.bucket("in") / name)["id"],
        pl.read_csv(service.bucket("out") / "bad/made_up.csv")["id"],
    )

    assert not set(real) & set(fresh)
    assert fresh.str.contains(r"^P-\d{5}-\d{4}$").all()


def test_every_case_is_documented() -> None:
    """Each code of the refused cases stands in the table of docs/errors.md."""
    table = DOCUMENT.read_text("utf-8")

    assert not [code for _, _, code, _ in REFUSED.values() if f"`{code}`" not in table]


@pytest.mark.slow
def test_five_thousand_columns(service: Service) -> None:
    """5,000 columns of 1,000 rows end within their timeout of 5 minutes, all 1,000 rows and 5,000 columns there."""
    columns = {
        f"n{i}": pl.Series([(i * 37 + r * (i % 11 + 1) * 7919) % 1009 / 10 for r in range(1_000)]) for i in range(2_500)
    }
    words = {f"c{i}": pl.Series([f"w{(r * (i % 7 + 1) + i) % 12}" for r in range(1_000)]) for i in range(2_500)}
    pl.DataFrame(columns | words).write_parquet(service.bucket("in") / "wide.parquet")
    job = service.watch(
        service.submit(input_format="parquet", input_path="wide.parquet", output_path="bad/wide.parquet", timeout=300),
        patience_s=400,
    )[-1]

    assert job["status"] == "completed", job["error"]
    assert (1_000, 5_000) == pl.read_parquet(service.bucket("out") / "bad" / "wide.parquet").shape
