"""The Python client and a real service."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from service import Service, digest, request

from lookalike import samples
from lookalike.client import AsyncClient, AsyncJob, Client, Job, JobFailed, ServiceError

ADULT = samples.path("adult.csv")


def test_a_frame_in_a_frame_out(service: Service) -> None:
    """New rows of a frame's own types come back, exactly as many, with a report; the same once more, awaited."""
    people = pl.read_csv(ADULT).with_columns(pl.col("sex").cast(pl.Categorical))
    with Client(service.url, service.acme) as client:
        job = client.generate(people, 500, bucket="in", seed=7)
        rows, report = job.result(), job.report()

    async def awaited() -> pl.DataFrame:
        async with AsyncClient(service.url, service.acme) as client:
            job = await client.generate(people, 500, bucket="in", seed=7)
            assert "privacy.dcr_share" in (await job.report()).figures
            assert (await job.status())["progress"] == 100
            return await job.result()

    assert (500, people.schema) == (rows.height, rows.schema)
    assert rows.equals(asyncio.run(awaited()))
    assert "fidelity.c2st" in report.figures
    assert "<html" in report.html
    assert report.verdict


def test_a_file_in_files_out(service: Service, tmp_path: Path) -> None:
    """All that a job left can be downloaded, and its parts are those that lie in the bucket."""
    with Client(service.url, service.acme) as client:
        job = client.generate(ADULT, 3_000, bucket="out", part_rows=1_000, evaluate=False)
        names = [each["name"] for each in job.artefacts()["artefacts"]]
        paths = {name: job.download(name, tmp_path) for name in names}
        place = job.status()["configuration"]["output_location"]["path"]
        rows = job.result()
        objects = client.objects("out", prefix=place)["objects"]
    parts = [name for name in names if name.startswith("part-")]
    there = sorted(service.bucket("out").joinpath(place).glob("part-*"))

    assert {"manifest.json", "model.lookalike"} < set(names)
    assert [digest(path) for path in there] == [digest(paths[name]) for name in parts]
    assert 3 == len(parts)
    assert 3_000 == json.loads(paths["manifest.json"].read_bytes())["rows"]
    assert pl.concat([pl.read_parquet(path) for path in there]).equals(rows)
    assert {f"{place}{path.name}" for path in there} < {each["path"] for each in objects}


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "jsonl.zst", "arrow", "json"])
def test_results_of_any_table(service: Service, ending: str) -> None:
    """A job that somebody submitted otherwise has a result all the same, whatever its format and compression."""
    made = service.run(
        output_path=f"client/x.{ending}", output_format=ending.partition(".")[0], parameters={"evaluate": False}
    )
    with Client(service.url, service.acme) as client:
        rows = Job(client, made["job_id"]).result()

    assert (1_000, pl.read_csv(ADULT).columns) == (rows.height, rows.columns)


def test_what_a_job_fails_of(service: Service) -> None:
    """The error has the job's code and words, and its events are there to be read."""
    with Client(service.url, service.acme) as client:
        with pytest.raises(JobFailed, match="20") as caught:
            client.generate(pl.DataFrame({"a": [1, 2, 3]}), 10, bucket="in")
        events = Job(client, caught.value.job_id).events()
        with pytest.raises(ServiceError) as unknown:
            client.job("0f8fad5b-d9cb-469f-a165-70867728950e")

    assert "INPUT_REFUSED" == caught.value.code
    assert ("job.created", "job.failed") == (events[0]["type"], events[-1]["type"])
    assert ("JOB_NOT_FOUND", 404) == (unknown.value.code, unknown.value.status)
    assert unknown.value.request_id


def test_pausing_and_going_on(service: Service) -> None:
    """A job that is not waited for is paused, resumed, cancelled and deleted by its handle."""

    async def acted() -> list[str]:
        async with AsyncClient(service.url, service.acme) as client:
            job = await client.generate(ADULT, 400_000, bucket="in", evaluate=False, wait=False)
            seen = []
            for act in (job.pause, job.resume, job.cancel):
                await act()
                seen.append((await job.status())["status"])
            await asyncio.sleep(0)
            assert (await AsyncJob(client, job.id).delete())["success"]
            return seen

    paused, resumed, cancelled = asyncio.run(acted())

    assert ("paused", "cancelled") == (paused, cancelled)
    assert resumed in ("queued", "running")


def test_every_look_there_is(service: Service) -> None:
    """What can be read without a job is read: previews, models, buckets, the audit trail, health."""
    with Client(service.url, service.acme) as client:
        looks: list[Callable[[], object]] = [
            lambda: client.preview(request())["columns"],
            lambda: client.models()["models"],
            lambda: client.buckets()["buckets"],
            lambda: client.audit()["entries"],
            lambda: client.jobs(limit=1)["jobs"],
            lambda: client.document()["paths"],
            lambda: client.health()["components"],
            client.ready,
            client.alive,
            client.metrics,
        ]

        assert all(look() for look in looks)
        assert [] == client.webhooks()["webhooks"]
