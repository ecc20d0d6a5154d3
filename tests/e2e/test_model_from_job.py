"""One job learns, others use its model: with conditions from a table in a bucket, over HTTP, on real data."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from service import Service, digest, manifest, request, serving, stage

from lookalike import samples

UNKNOWN = "00000000-0000-4000-8000-000000000000"
WANTED = pl.DataFrame(
    {
        "education": ["Bachelors", "HS-grad", None, "Masters"],
        "age": [None, 40, 25, None],
        "sex": ["Female"] * 3 + [None],
    }
)
INPUT = {"input_format": "parquet", "input_path": "train.parquet"}


@pytest.fixture(scope="module")
def lender(service: Service, real_data: Path) -> dict[str, Any]:
    """A completed job over Adult that left a column out."""
    shutil.copy(real_data / "tabular" / "adult" / "train.parquet", service.bucket("in") / "train.parquet")
    WANTED.write_csv(service.bucket("in") / "wanted.csv")
    return service.run(**INPUT, output_path="lender.parquet", parameters={"seed": 7, "exclude": ["fnlwgt"]})


def borrowed(service: Service, lender: dict[str, Any], output: str, **more: Any) -> dict[str, Any]:
    parameters = {"seed": 8, "model_from_job": lender["job_id"], **more}
    return service.run(**INPUT, data_size=4_000, output_path=output, parameters=parameters)


def test_a_model_used_again_with_conditions_from_a_table(service: Service, lender: dict[str, Any]) -> None:
    """Nothing is learnt, each quarter of the rows has its condition, and the same job gives the same bytes."""
    asked = {"conditions": {"bucket": "in", "path": "wanted.csv"}}
    jobs = [borrowed(service, lender, f"borrowed/{n}.parquet", **asked) for n in range(2)]
    paths = [service.bucket("out") / "borrowed" / f"{n}.parquet" for n in range(2)]
    rows, learnt = pl.read_parquet(paths[0]), pl.read_parquet(service.bucket("out") / "lender.parquet")

    assert ["completed"] * 3 == [job["status"] for job in (lender, *jobs)], jobs
    assert ("skipped", "completed") == (stage(jobs[0], "fit")["status"], stage(jobs[0], "generate")["status"])
    assert (4_000, learnt.schema) == (rows.height, rows.schema)
    assert digest(paths[0]) == digest(paths[1])
    for number, condition in enumerate(WANTED.iter_rows(named=True)):
        quarter = rows.slice(1_000 * number, 1_000)
        told = {name: cell for name, cell in condition.items() if cell is not None}

        assert {name: [cell] for name, cell in told.items()} == {
            name: quarter[name].unique().to_list() for name in told
        }
    assert rows["age"].n_unique() > 40


def test_what_is_told_of_a_borrowed_model(service: Service, lender: dict[str, Any]) -> None:
    """Manifest and report name the job and how its model was learnt; privacy is not measured, fidelity is."""
    job = borrowed(service, lender, "told.parquet", impute=["workclass"])
    told = manifest(service.bucket("out") / "told.parquet.manifest.json")
    report = json.loads((service.bucket("out") / "told.parquet.report.json").read_text("utf-8"))

    assert "completed" == job["status"]
    assert (lender["job_id"], ["fnlwgt"], 0.0) == tuple(
        told["parameters"][name] for name in ("model_from_job", "exclude", "holdout_share")
    )
    assert f"The model of job {lender['job_id']} was used; nothing was learnt." in report["notes"]
    assert report["figures"]["privacy.dcr_share"]["value"] is None
    assert report["figures"]["fidelity.c2st"]["value"] < report["figures"]["fidelity.c2st"]["floor"] + 0.15


def test_whose_models_can_be_used(service: Service, lender: dict[str, Any]) -> None:
    """Another customer's job is refused in the words of one that is not there; so is one that was deleted."""
    body = request(output_path="strange.parquet", parameters={"model_from_job": lender["job_id"]})
    unknown = request(output_path="strange.parquet", parameters={"model_from_job": UNKNOWN})
    other = {"Authorization": f"Bearer {service.token('other')}"}
    strange = httpx.post(f"{service.url}/api/v2/jobs", json=body, headers=other)
    missing = service.http.post("/api/v2/jobs", json=unknown)

    assert (400, 400) == (strange.status_code, missing.status_code)
    assert "parameters.model_from_job" == missing.json()["error"]["details"]["errors"][0]["field"]
    assert strange.json()["error"]["details"]["errors"] == missing.json()["error"]["details"]["errors"]


def test_a_borrowed_model_outlives_its_lender(service: Service, lender: dict[str, Any]) -> None:
    """When the first job is deleted it lends no more; what a second one copied can be lent on and draws the same."""
    first = service.run(output_path="first.parquet", parameters={"seed": 7, "evaluate": False})
    second = service.run(
        output_path="second.parquet", parameters={"seed": 7, "evaluate": False, "model_from_job": first["job_id"]}
    )
    assert 200 == service.http.delete(f"/api/v2/jobs/{first['job_id']}").status_code
    wanted = {"seed": 7, "evaluate": False, "model_from_job": first["job_id"]}
    refused = service.http.post("/api/v2/jobs", json=request(output_path="third.parquet", parameters=wanted))
    deadline = time.monotonic() + 30
    while (service.home / "work" / "jobs" / first["job_id"]).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    third = service.run(output_path="third.parquet", parameters={**wanted, "model_from_job": second["job_id"]})
    bytes_of = {digest(service.bucket("out") / f"{name}.parquet") for name in ("first", "second", "third")}

    assert (400, "completed", "completed") == (refused.status_code, second["status"], third["status"])
    assert 1 == len(bytes_of)


def test_conditions_lie_in_a_bucket_of_the_settings(tmp_path: Path) -> None:
    """A table of conditions may lie in a bucket that is neither the input's nor the output's, named by the settings."""
    home, vault = tmp_path / "home", tmp_path / "vault"
    home.mkdir()
    vault.mkdir()
    (vault / "wanted.csv").write_text("sex\nFemale\n")
    (home / "lookalike.toml").write_text(f'[buckets.vault]\nurl = "file://{vault}"\n')
    with serving(home) as service:
        shutil.copy(samples.path("adult.csv"), service.bucket("in"))
        service.bucket("out")
        wanted = {"bucket": "vault", "path": "wanted.csv"}
        job = service.run(parameters={"seed": 7, "evaluate": False, "conditions": wanted})

        assert "completed" == job["status"], job.get("error")
