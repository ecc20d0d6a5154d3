"""The main job, over HTTP, on real data."""

import shutil
import time
from pathlib import Path

import httpx
import polars as pl
import pytest
from service import Service, digest, manifest, request


@pytest.fixture(scope="module")
def adult(service: Service, real_data: Path) -> pl.DataFrame:
    source = real_data / "tabular" / "adult" / "train.parquet"
    shutil.copy(source, service.bucket("in") / "train.parquet")
    return pl.read_parquet(source)


def test_twenty_thousand_rows_of_adult(service: Service, adult: pl.DataFrame) -> None:
    """Exactly the rows asked for, same columns and dtypes, manifest and reports beside; then the same bytes again."""
    asked = {"input_format": "parquet", "input_path": "train.parquet", "data_size": 20_000}
    seen = service.watch(service.submit(**asked, output_path="a/one.parquet"))
    again = service.run(**asked, output_path="a/two.parquet")
    one = service.bucket("out") / "a" / "one.parquet"
    rows = pl.read_parquet(one)
    told = manifest(one.with_name("one.parquet.manifest.json"))

    assert ("completed", "completed") == (seen[-1]["status"], again["status"])
    assert (20_000, adult.schema) == (rows.height, rows.schema)
    assert digest(one) == told["parts"][0]["sha256"] == digest(one.with_name("two.parquet"))
    assert (told["rows"], told["seed"], told["job_id"]) == (20_000, 7, seen[-1]["job_id"])
    assert one.with_name("one.parquet.report.html").stat().st_size > 10_000
    progress = [job["progress"] for job in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_who_may_see_a_job(service: Service) -> None:
    """Another customer's token is 403, none is 401, whatever is done."""
    job_id = service.submit(output_path="b.parquet")
    other = {"Authorization": f"Bearer {service.token('other')}"}
    paths = [("GET", ""), ("POST", "/cancel"), ("POST", "/pause"), ("POST", "/resume")]
    at = f"{service.url}/api/v2/jobs/{job_id}"
    strange = [httpx.request(verb, at + path, headers=other).status_code for verb, path in paths]
    nobody = [httpx.request(verb, at + path).status_code for verb, path in paths]
    service.watch(job_id)

    assert [403] * 4 == strange
    assert [401] * 4 == nobody


@pytest.mark.parametrize(
    ("name", "form"),
    [("x.csv", "csv"), ("x.csv.gz", "csv"), ("x.jsonl.zst", "jsonl"), ("x.json", "json"), ("x.arrow", "arrow")],
)
def test_every_format_comes_out(service: Service, name: str, form: str, tmp_path: Path) -> None:
    """What is asked for in a format, compressed by suffix, can be read as that by the library that learnt from it."""
    from lookalike.data.parameters import TabularParameters
    from lookalike.tables import given, typed

    job = service.run(output_format=form, output_path=f"formats/{name}")
    table, metadata, _ = typed(
        given(service.bucket("out") / "formats" / name, TabularParameters()), TabularParameters()
    )

    assert job["status"] == "completed"
    assert table.height == 1_000
    assert metadata.names[:3] == ("age", "workclass", "fnlwgt")


def test_a_prefix_gets_numbered_parts(service: Service) -> None:
    """A path that ends in / gets parts of `part_rows` rows, manifest and reports; the staging prefix is gone."""
    job = service.run(
        data_size=150_000, output_path="many/", output_format="csv", parameters={"seed": 7, "part_rows": 40_000}
    )
    folder = service.bucket("out") / "many"
    told = manifest(folder / "_manifest.json")

    assert job["status"] == "completed"
    assert [40_000, 40_000, 40_000, 30_000] == [part["rows"] for part in told["parts"]]
    assert [digest(folder / f"part-{n:05d}.csv") for n in range(4)] == [part["sha256"] for part in told["parts"]]
    assert 150_000 == sum(pl.read_csv(folder / f"part-{n:05d}.csv").height for n in range(4))
    assert {"_manifest.json", "_report.html", "_report.json"} <= {p.name for p in folder.iterdir()}
    assert not (service.bucket("out") / ".lookalike").exists()


def test_a_prefix_must_be_empty(service: Service) -> None:
    """Under a prefix nothing may stand: a reader would take it for a part of the output; `replace` lets it be."""
    (service.bucket("out") / "full").mkdir()
    (service.bucket("out") / "full" / "part-00007.parquet").write_bytes(b"another's")
    refused = service.run(output_path="full/")
    replaced = service.run(output_path="full/", parameters={"seed": 8, "if_exists": "replace"})

    assert ("OUTPUT_EXISTS", "completed") == (refused["error"]["code"], replaced["status"])
    assert "'full/' in bucket 'out' is not empty: 1 objects" in refused["error"]["message"]
    assert b"another's" == (service.bucket("out") / "full" / "part-00007.parquet").read_bytes()


def test_what_stands_at_the_output_stays_unless_replaced(service: Service) -> None:
    """A second job at the same path fails with OUTPUT_EXISTS and changes nothing; with `replace` it takes the place."""
    first = service.run(output_path="c.parquet")
    before = digest(service.bucket("out") / "c.parquet")
    refused = service.run(output_path="c.parquet", parameters={"seed": 8})
    kept = digest(service.bucket("out") / "c.parquet")
    replaced = service.run(output_path="c.parquet", parameters={"seed": 8, "if_exists": "replace"})

    assert ("completed", "failed", "completed") == (first["status"], refused["status"], replaced["status"])
    assert refused["error"]["code"] == "OUTPUT_EXISTS"
    assert before == kept
    assert before != digest(service.bucket("out") / "c.parquet")


def test_a_synchronous_create_waits_for_the_end(service: Service) -> None:
    """With is_async false the answer comes when the job has ended and says so."""
    answer = service.http.post("/api/v2/jobs", json=request(output_path="d.parquet", is_async=False))

    assert answer.status_code == 202
    assert "completed" in answer.json()["message"]
    assert (service.bucket("out") / "d.parquet").exists()


def test_without_evaluation_there_is_no_report(service: Service) -> None:
    """`evaluate: false` skips the stage; the manifest names no report."""
    job = service.run(output_path="e.parquet", parameters={"seed": 7, "evaluate": False})

    assert "skipped" == next(s["status"] for s in job["stages"] if s["name"] == "evaluate")
    assert job["progress"] == 100
    assert manifest(service.bucket("out") / "e.parquet.manifest.json")["report"] is None
    assert not (service.bucket("out") / "e.parquet.report.html").exists()


def test_the_front_page_and_health(service: Service) -> None:
    """/ leads to a page that leads to the document and to health; health is well."""
    page = httpx.get(service.url, follow_redirects=True, trust_env=False)
    health = service.http.get("/health")

    assert (200, 200) == (page.status_code, health.status_code)
    assert "/openapi.json" in page.text
    assert "/health" in page.text
    assert health.json()["overall_status"] == "healthy"


def test_delete_takes_away_all_but_the_output(service: Service) -> None:
    """An ended job is deleted at once or in seconds: record and artefacts go, the output stays; a live one is 400."""
    job_id = service.run(output_path="f.parquet", parameters={"evaluate": False})["job_id"]
    live = service.submit(data_size=2_000_000, output_path="g.parquet")
    refused = service.http.delete(f"/api/v2/jobs/{live}")
    service.act(live, "cancel")
    other = service.http.delete(f"/api/v2/jobs/{job_id}", headers={"Authorization": f"Bearer {service.token('other')}"})
    deleted = service.http.delete(f"/api/v2/jobs/{job_id}")
    deadline = time.monotonic() + 30
    while (gone := service.act(job_id, "cancel").status_code) != 404 and time.monotonic() < deadline:
        time.sleep(0.1)

    assert (400, "DELETE_FAILED") == (refused.status_code, refused.json()["error"]["code"])
    assert (403, 200, 404) == (other.status_code, deleted.status_code, gone)
    assert not (service.home / "work" / "jobs" / job_id).exists()
    assert (service.bucket("out") / "f.parquet").exists()
