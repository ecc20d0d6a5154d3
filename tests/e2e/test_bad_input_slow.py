"""Input of unusual size, end to end."""

import shutil
import time

import numpy as np
import polars as pl
import pytest
from bad_input import SECRET
from service import Service

from lookalike.data.streams import stream

PATIENCE_S = 800
ENDLESS_BYTES = 5 << 30


def _run(service: Service, name: str, **changes: object) -> dict[str, object]:
    """The last status of a job that may take minutes."""
    asked = {"input_path": name, "output_path": f"slow/{name}", "output_format": "csv"}
    job_id, deadline = service.submit(**asked | changes), time.monotonic() + PATIENCE_S
    while (job := service.job(job_id))["status"] not in ("completed", "failed"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    return job


def _column(number: int, rng: np.random.Generator) -> pl.Series:
    n = 1_000
    kinds = [
        lambda: pl.Series(rng.normal(size=n).round(3)),
        lambda: pl.Series(rng.integers(0, 1_000, n)),
        lambda: pl.Series(rng.choice(["a", "b", "c"], n)),
        lambda: pl.Series(rng.random(n) < 0.3),
        lambda: pl.Series(rng.integers(18_000, 19_000, n).astype(np.int32)).cast(pl.Date),
        lambda: pl.Series([f"u{level}" for level in rng.integers(0, 60, n)]),
    ]
    return kinds[number % len(kinds)]().alias(f"column {number}")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_thousand_columns(service: Service) -> None:
    """5,000 mixed columns of 1,000 rows are done, in whatever time a busy machine takes."""
    rng = stream(7, "wide")
    wide = pl.DataFrame([_column(number, rng) for number in range(5_000)])
    wide.write_csv(service.bucket("in") / "wide.csv")
    job = _run(service, "wide.csv", timeout=800)

    assert ("completed", None) == (job["status"], job.get("error"))
    assert (1_000, 5_000) == pl.read_csv(service.bucket("out") / "slow" / "wide.csv").shape


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_file_of_300_mb(service: Service) -> None:
    """A CSV file of 300 MB gives exactly the rows asked for."""
    line = b"".join(b"%d,%d.25,some text of a row,x%d\n" % (k % 977, k % 1009, k % 7) for k in range(100_000))
    (service.bucket("in") / "large.csv").write_bytes(b"a,b,c,d\n" + line * (300_000_000 // len(line)))
    job = _run(service, "large.csv", parameters={"seed": 7, "fit_rows": 100_000})

    assert ("completed", None) == (job["status"], job.get("error"))
    assert pl.read_csv(service.bucket("out") / "slow" / "large.csv").height == 1_000


@pytest.mark.slow
def test_a_cell_of_a_megabyte(service: Service) -> None:
    """Among texts that are all different one of a megabyte does no harm, and none of it is shown."""
    lines = [SECRET * 90_000 + ",1", *(f"x{k},{k}" for k in range(60))]
    (service.bucket("in") / "long.csv").write_text("\n".join(["a,b", *lines]))
    job = _run(service, "long.csv", data_size=200)
    out = service.bucket("out") / "slow" / "long.csv"

    assert ("completed", None) == (job["status"], job.get("error"))
    assert pl.read_csv(out).height == 200
    assert pl.read_csv(out)["a"].str.len_chars().max() <= 10_000
    assert SECRET not in out.read_text()


@pytest.mark.slow
def test_two_hundred_thousand_levels(service: Service) -> None:
    """A column of 200,000 levels in five rows each gives exactly the rows asked for."""
    lines = "".join(f"level {k % 200_000},{k % 10}\n" for k in range(1_000_000))
    (service.bucket("in") / "levels.csv").write_text("a,b\n" + lines)
    job = _run(service, "levels.csv", data_size=5_000)

    assert ("completed", None) == (job["status"], job.get("error"))
    assert pl.read_csv(service.bucket("out") / "slow" / "levels.csv").height == 5_000


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_thousand_tiny_files(service: Service) -> None:
    """10,000 objects of a row each are one table, and its digest is that of their list."""
    folder = service.bucket("in") / "tiny"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number:05d}.csv").write_text(f"a,b\n{number % 97},x{number % 7}\n")
    job = _run(service, "tiny/*.csv", output_path="slow/tiny.csv")

    assert ("completed", None) == (job["status"], job.get("error"))
    assert 10_000 == job["metadata"]["input_rows"]
    assert 1_000 == pl.read_csv(service.bucket("out") / "slow" / "tiny.csv").height


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_gigabytes_without_a_line_end(service: Service) -> None:
    """5 GB of one line are refused, and no more of them is held in memory than it takes to see that there is no end."""
    path = service.bucket("in") / "endless.csv"
    needed = 2 * ENDLESS_BYTES + (4 << 30)  # the object, the job's copy of it, and what else is at work
    if shutil.disk_usage(path.parent).free < needed:
        pytest.skip("the disk has no room for 5 GB twice")
    with path.open("wb") as stream:
        for _ in range(ENDLESS_BYTES >> 20):
            stream.write(b"x," * (1 << 19))
    try:
        job = _run(service, "endless.csv")
    finally:
        path.unlink()

    assert ("failed", "INPUT_REFUSED") == (job["status"], job["error"]["code"])
    assert "record in line 1 has more than 64 MB" in job["error"]["message"]
