"""The release gate of a job: what fails is not published, the reports are, and the figures are named."""

import json
import time

import polars as pl
from service import Service, request


def left(service: Service, job_id: str) -> list[str]:
    """What still stands in the staging place of a job, once tidying had its time."""
    folder, deadline = service.bucket("out") / ".lookalike" / job_id, time.monotonic() + 10
    while (found := [path.name for path in folder.rglob("*") if path.is_file()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_what_fails_is_not_published(service: Service) -> None:
    """The job fails with GATE_FAILED and the figure; only the reports stand beside where the output would."""
    gate = {"fidelity.c2st": {"max": 0.1}, "privacy.dcr_share": {"max": 0.9}}
    job = service.run(output_path="held/back.parquet", parameters={"seed": 7, "release_gate": gate})
    report = json.loads((service.bucket("out") / "held" / "back.parquet.report.json").read_bytes())

    assert ("failed", "GATE_FAILED") == (job["status"], job["error"]["code"])
    assert "fidelity.c2st is 0." in job["error"]["message"]
    assert "at most 0.100 may be" in job["error"]["message"]
    assert "dcr_share" not in job["error"]["message"]
    assert {"back.parquet.report.html", "back.parquet.report.json"} == {
        path.name for path in (service.bucket("out") / "held").iterdir()
    }
    assert (False, 1) == (report["gate"]["passed"], len(report["gate"]["failures"]))
    assert [] == left(service, job["job_id"])


def test_what_passes_is_published(service: Service) -> None:
    """Rows that pass stand in their place, and the report says that they passed."""
    job = service.run(output_path="let/through.parquet", parameters={"seed": 7, "release_gate": "standard"})
    report = json.loads((service.bucket("out") / "let" / "through.parquet.report.json").read_bytes())

    assert "completed" == job["status"], job
    assert 1_000 == pl.read_parquet(service.bucket("out") / "let" / "through.parquet").height
    assert {"asked": "standard", "passed": True, "failures": []} == report["gate"]


def test_a_gate_that_nothing_could_pass_is_refused(service: Service) -> None:
    """Without evaluation, without rows held back, or of a figure that there is not: 400 names the field."""
    asked = [
        ({"release_gate": "standard", "evaluate": False}, "needs evaluate"),
        ({"release_gate": "standard", "holdout_share": 0}, "held back"),
        ({"release_gate": {"fidelity.beauty": {"max": 1}}}, "parameters.release_gate.fidelity.beauty is no figure"),
        ({"release_gate": {"fidelity.c2st": {"most": 1}}}, "allowed: max, min"),
        ({"release_gate": "lenient"}, "'standard'"),
        ({"release_gate": {}}, "parameters.release_gate"),
    ]
    for parameters, said in asked:
        answer = service.http.post("/api/v2/jobs", json=request(parameters=parameters))

        assert 400 == answer.status_code
        assert said in answer.text
