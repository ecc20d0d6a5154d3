"""What is erased is gone: no file of the service and no page of its database holds a cell of it any more."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from service import PATIENCE_S, Service, serving

CANARY = "canary-in-a-cell"
ROWS = "".join(f"{n},{n * 7 % 50},{CANARY if n % 5 == 0 else 'other'}\n" for n in range(600))
PARAMETERS = {"seed": 7, "conditions": {"kind": CANARY}}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "home", WEBHOOKS__ALLOW='["127.0.0.1"]') as running:
        (running.bucket("in") / "canary.csv").write_text(f"a,b,kind\n{ROWS}")
        running.bucket("out")
        yield running


def submit(service: Service, name: str) -> str:
    """A job whose input, request and output hold the cell."""
    return service.submit(
        data_size=200, input_path="canary.csv", output_path=name, output_format="csv", parameters=PARAMETERS
    )


def holding(service: Service) -> list[str]:
    """Files of the service, but for its buckets, that hold the cell as it is; compressed ones cannot be looked into."""
    home, buckets = service.home, service.home / "buckets"
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(buckets)]
    return [str(path.relative_to(home)) for path in files if CANARY.encode() in read(path)]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # tidied up just now
        return b""


def kept_of(service: Service, job_id: str) -> list[str]:
    """What is kept of a job in the work bucket."""
    return [path.name for path in (service.home / "work").rglob("*") if job_id in str(path)]


@pytest.mark.slow
def test_a_deleted_job_is_gone(service: Service) -> None:
    """After DELETE nothing that is kept holds the cell; the output does."""
    job_id = submit(service, "one.csv")
    assert "completed" == service.watch(job_id)[-1]["status"]
    before = [*holding(service), *kept_of(service, job_id)]
    assert 200 == service.http.delete(f"/api/v2/jobs/{job_id}").status_code
    gone(service, job_id)

    assert before
    assert [] == [*holding(service), *kept_of(service, job_id)]
    assert CANARY in (service.home / "buckets" / "out" / "one.csv").read_text()


def test_an_erased_customer_is_gone(service: Service) -> None:
    """`customers erase` ends what runs, deletes all, and leaves other customers and all outputs alone."""
    other = service.token("other")
    done, running = submit(service, "one.csv"), submit(service, "two.csv")
    service.watch(done)
    paused = submit(service, "three.csv")
    service.act(paused, "pause")
    hook = {"url": "https://127.0.0.1:9/", "events": ["job.failed"], "secret": "s" * 20}
    for token in (service.acme, other):
        headers = {"Authorization": f"Bearer {token}"}
        assert 201 == service.http.post("/api/v2/webhooks/register", json=hook, headers=headers).status_code
    told = subprocess.run(
        [sys.executable, "-m", "lookalike", "customers", "erase", "acme", "--home", str(service.home)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "Erased: 3 jobs, 1 webhook.\n") == (told.returncode, told.stdout), told.stderr
    assert 0 == service.http.get("/api/v2/jobs").json()["total"]
    assert [] == service.http.get("/api/v2/webhooks").json()["webhooks"]
    assert 0 == service.http.get("/api/v2/audit").json()["total"]
    theirs = service.http.get("/api/v2/webhooks", headers={"Authorization": f"Bearer {other}"})
    assert 1 == len(theirs.json()["webhooks"])
    assert [] == [*holding(service), *(name for job in (done, running, paused) for name in kept_of(service, job))]
    assert (service.home / "buckets" / "out" / "one.csv").exists()


def gone(service: Service, job_id: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while 404 != service.http.get(f"/api/v2/jobs/{job_id}").status_code:
        assert time.monotonic() < end
        time.sleep(0.1)
