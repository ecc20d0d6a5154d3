"""A client that a stranger generates from the document, and from the contract, drives a whole job."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from service import ENDED, PATIENCE_S, Service, request, serving

from contract import repaired
from lookalike import samples
from lookalike.api.routes.document import DOCUMENT

pytestmark = pytest.mark.slow

CALLS = {
    "v_2_jobs": ("create_job_v2", "get_job_status_v2", "get_job_history_v2"),
    "v_2_webhooks": ("register_webhook_v2", "list_webhooks_v2", "delete_webhook_v2"),
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "home", WEBHOOKS__ALLOW='["127.0.0.1"]') as running:
        shutil.copy(samples.path("adult.csv"), running.bucket("in"))
        running.bucket("out")
        yield running


@pytest.fixture(params=["document", "contract"])
def generated(
    request: pytest.FixtureRequest, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimpleNamespace]:
    """The calls of a generated client by name, and its `models`."""
    name = f"client_of_the_{request.param}"
    original = json.loads(DOCUMENT) if request.param == "document" else repaired(request.getfixturevalue("contract"))
    generate(original, tmp_path / name)
    monkeypatch.syspath_prepend(tmp_path)
    with import_module(name).AuthenticatedClient(base_url=service.url, token=service.acme) as asking:
        calls = {call: _by(asking, f"{name}.api.{tag}.{call}") for tag, names in CALLS.items() for call in names}
        yield SimpleNamespace(models=import_module(f"{name}.models"), **calls)


def generate(document: dict[str, Any], package: Path) -> None:
    """A client of `document`, without a warning."""
    (package.parent / "document.json").write_text(json.dumps(document))
    (package.parent / "config.json").write_text('{"post_hooks": []}')  # those would only make it prettier
    words = ["generate", "--meta", "none", "--fail-on-warning", "--path", "document.json", "--config", "config.json"]
    asked = [sys.executable, "-m", "openapi_python_client", *words, "--output-path", package.name]
    done = subprocess.run(asked, cwd=package.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert 0 == done.returncode, done.stdout


def test_a_job_from_submission_to_completion(generated: SimpleNamespace, service: Service) -> None:
    """Submitted, watched until it is completed, and found in the list, in the client's own types."""
    made = generated.create_job_v2(body=generated.models.CreateJobRequest.from_dict(request()))
    states, job = [], generated.get_job_status_v2(made.job_id)
    until = time.monotonic() + PATIENCE_S
    while job.status.value not in ENDED and time.monotonic() < until:
        states.append(job.status.value)
        time.sleep(0.05)
        job = generated.get_job_status_v2(made.job_id)
    listed = generated.get_job_history_v2(status=generated.models.JobStatusEnum.COMPLETED, limit=1)

    assert "accepted" == made.status.value
    assert set(states) <= {"initialized", "queued", "running"}
    assert ("completed", 100, made.job_id) == (job.status.value, job.progress, job.job_id)
    assert {"completed"} == {stage.status.value for stage in job.stages}
    assert job.start_time <= job.end_time <= job.last_updated
    assert (1, [made.job_id]) == (listed.total, [found.job_id for found in listed.jobs])
    assert (service.bucket("out") / "adult.parquet").stat().st_size == job.metadata.output_size


def test_a_webhook_from_registration_to_deletion(generated: SimpleNamespace) -> None:
    """Registered, listed without its secret, deleted, and gone."""
    models = generated.models
    wanted = {"url": "https://127.0.0.1:9/", "events": ["job.completed"], "secret": "sixteen letters or more"}
    made = generated.register_webhook_v2(body=models.WebhookRegistrationRequest.from_dict(wanted))
    heard = models.WebhookEventEnum.JOB_COMPLETED
    [listed] = generated.list_webhooks_v2(event=heard).webhooks
    others = generated.list_webhooks_v2(event=models.WebhookEventEnum.JOB_FAILED).webhooks
    deleted = generated.delete_webhook_v2(made.webhook_id)

    assert made.success
    assert (made.webhook_id, "https://127.0.0.1:9/", [heard], "acme") == (
        listed.id,
        listed.url,
        listed.events,
        listed.customer_id,
    )
    assert "secret" not in listed.to_dict()
    assert [] == others
    assert deleted.success
    assert [] == generated.list_webhooks_v2().webhooks
    assert "WEBHOOK_NOT_FOUND" == generated.delete_webhook_v2(made.webhook_id).error.code


def _by(asking: Any, module: str) -> Callable[..., Any]:
    call = import_module(module).sync
    return lambda *given, **named: call(*given, client=asking, **named)
