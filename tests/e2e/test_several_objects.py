"""Jobs whose input is several objects."""

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from far import far, wait
from service import Service, digest, manifest

from lookalike import samples
from object_server import ObjectServer
from proxy import Act


@pytest.fixture(scope="module")
def parted(service: Service) -> Service:
    """The sample in three objects of other sizes, and in one."""
    rows, bucket = pl.read_csv(samples.path("adult.csv"), infer_schema=False), service.bucket("in")
    (bucket / "parted").mkdir()
    for number, (start, stop) in enumerate(((0, 300), (300, 301), (301, rows.height))):
        rows[start:stop].write_csv(bucket / "parted" / f"part-{number:05d}.csv")
    (bucket / "parted" / "_manifest.json").write_text("{}")
    rows.write_csv(bucket / "whole.csv")
    return service


@pytest.mark.parametrize("path", ["parted/", "parted/part-*.csv", "**/part-0000*"])
def test_the_output_is_that_of_one_object(path: str, parted: Service) -> None:
    """The same rows in several objects make the same bytes; the manifest says how many objects there were."""
    name = f"{path.replace('/', '-').replace('*', 'any')}.parquet"
    jobs = [parted.run(input_path=asked, output_path=out) for asked, out in ((path, name), ("whole.csv", f"w{name}"))]
    out = parted.bucket("out")

    assert ["completed", "completed"] == [job["status"] for job in jobs], jobs
    assert digest(out / f"w{name}") == digest(out / name)
    assert 3 == manifest(out / f"{name}.manifest.json")["input"]["objects"]


@pytest.mark.slow
@pytest.mark.parametrize("server", ["objects", "gateway"])
def test_the_output_is_that_of_local_files(
    server: str, request: pytest.FixtureRequest, parted: Service, tmp_path: Path
) -> None:
    """The same objects in an S3 bucket, read and written over HTTP, make the same bytes; so they do in Ceph's."""
    objects: ObjectServer = request.getfixturevalue(server)
    local = parted.run(input_path="parted/", output_path=f"{server}.parquet")
    with far(tmp_path / "home", objects) as there:
        for part in (parted.bucket("in") / "parted").glob("part-*"):
            there.buckets["in"].write(f"parted/{part.name}", part.read_bytes())
        job = there.service.run(input_path="parted/*.csv", output_path="far.parquet")

        assert ["completed", "completed"] == [local["status"], job["status"]], job
        assert digest(parted.bucket("out") / f"{server}.parquet") == there.digest("far.parquet")


@pytest.mark.slow
@pytest.mark.parametrize("server", ["objects", "gateway"])
def test_the_output_is_the_same_after_kills(
    server: str, request: pytest.FixtureRequest, parted: Service, tmp_path: Path
) -> None:
    """Killed in `fit`, in `generate` and in `publish`, a job over S3 has the count and bytes of local files."""
    asked = {"data_size": 150_000, "output_format": "csv", "parameters": {"seed": 3, "evaluate": False}}
    local = parted.run(input_path="parted/", output_path=f"killed-{server}.csv", **asked)
    with far(tmp_path / "home", request.getfixturevalue(server)) as there:
        for part in (parted.bucket("in") / "parted").glob("part-*"):
            there.buckets["in"].write(f"parted/{part.name}", part.read_bytes())
        lines = {
            "fit": ("work", "PUT .*model"),
            "generate": ("work", "PUT .*block"),
            "publish": ("out", "PUT .*manifest"),
        }
        faults = {stage: there.lines[at].fault(Act.HANG, where) for stage, (at, where) in lines.items()}
        job_id = there.service.submit(input_path="parted/", output_path="far.csv", **asked)
        for stage, fault in faults.items():
            wait(lambda hit=fault: hit.hits, 60)
            running = [told["name"] for told in there.service.job(job_id)["stages"] if told["status"] == "processing"]
            there.service.kill_job(job_id)
            fault.times = 0

            assert [stage] == running
        job = there.service.watch(job_id)[-1]

        assert ("completed", "completed", 3) == (local["status"], job["status"], job["metadata"]["retry_count"])
        assert 150_001 == there.buckets["out"].read("far.csv").count(b"\n")
        assert digest(parted.bucket("out") / f"killed-{server}.csv") == there.digest("far.csv")


def test_objects_that_do_not_fit_together(service: Service) -> None:
    """The error names both objects and the column, and no cell."""
    folder = service.bucket("in") / "mixed"
    folder.mkdir()
    for name, cells in (("a", {"x": [1], "y": ["secret"]}), ("b", {"x": ["secret"], "y": ["b"]})):
        stream = io.BytesIO()
        pl.DataFrame(cells).write_parquet(stream)
        (folder / f"{name}.parquet").write_bytes(stream.getvalue())
    job = failed(service, input_path="mixed/*.parquet", input_format="parquet", output_path="mixed.parquet")

    assert "INPUT_INVALID" == job["error"]["code"]
    assert "'x' is Int64 in 'mixed/a.parquet' and String in 'mixed/b.parquet'" in job["error"]["message"]
    assert "secret" not in str(job)


def test_no_object_at_all(service: Service) -> None:
    """A pattern that stands for nothing is an error of the job."""
    assert "INPUT_NOT_FOUND" == failed(service, input_path="none/*.csv", output_path="none.parquet")["error"]["code"]


def failed(service: Service, **asked: Any) -> dict[str, Any]:
    job = service.submit(**asked)
    return service.watch(job, until=lambda seen: seen["status"] == "failed")[-1]
