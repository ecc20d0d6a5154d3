"""A service that is watched: its log, its metrics, its traces, over one good and one failed job."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from collector import collecting
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from service import Service, serving

from lookalike import samples

CELL, TOKEN, SECRET = "planted-cell", "planted.token.here", "planted-webhook-secret"
TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
QUICK = {"data_size": 50, "parameters": {"seed": 7, "evaluate": False}}


@dataclass(frozen=True)
class Seen:
    """What is left to look at when the service has ended."""

    good: str
    bad: str
    log: str
    metrics: str
    out: str
    spans: list[Span]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A service that ran a good and a bad job for a traced caller, and was called with planted secrets."""
    home = tmp_path_factory.mktemp("watched") / "home"
    with collecting() as collector, serving(home, TRACING__ENDPOINT=collector.endpoint) as service:
        shutil.copy(samples.path("adult.csv"), service.bucket("in"))
        rows = "".join(f"{n},{n * 7 % 11}\n" for n in range(60))
        (service.bucket("in") / "bad.csv").write_text(f"a,b\n{rows}5,{CELL},{CELL}\n")
        service.bucket("out")
        service.http.headers.update({"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01", "X-Request-Id": "asked-by-test"})
        good = service.submit(**QUICK)
        bad = service.submit(**QUICK, input_path="bad.csv", output_path="bad.csv")
        _plant(service)
        for job_id in (good, bad):
            service.watch(job_id)
        metrics = _settled(service)
        service.process.terminate()
        service.process.wait(30)
        out = "" if service.process.stdout is None else service.process.stdout.read()
    return Seen(good, bad, (home.parent / "home.log").read_text("utf-8"), metrics, out, collector.spans)


def _plant(service: Service) -> None:
    with httpx.Client(base_url=service.url) as stranger:
        stranger.get(f"/api/v2/jobs?{SECRET}", headers={"Authorization": f"Bearer {TOKEN}"})
    body = {"url": "https://192.0.2.1/hook", "events": ["job.failed"], "secret": SECRET, "headers": {"X-Key": SECRET}}
    service.http.post("/api/v2/webhooks/register", json=body)


def _settled(service: Service) -> str:
    """The metrics once both attempts are told: that comes just after the jobs' last status."""
    deadline = time.monotonic() + 30
    while 'lookalike_attempts_total{outcome="failed"} 1.0' not in (text := service.http.get("/metrics").text):
        assert time.monotonic() < deadline, text
        time.sleep(0.05)
    return text


def test_every_line_of_the_log_is_json(seen: Seen) -> None:
    """Each line is an object with time, level, logger and event; standard output has nothing but the URL."""

    assert {("timestamp", "level", "logger", "event")} == {tuple(line)[:4] for line in seen.lines}
    assert "" == seen.out


def test_lines_of_a_request_and_its_job_name_both(seen: Seen) -> None:
    """The request that made a job, and all lines of its attempt, carry the job's id and the request's."""
    own = [line for line in seen.lines if line.get("job_id") == seen.good]
    events = [(line["event"], line.get("outcome")) for line in own if line["event"] != "request"]

    assert [("claimed", None), ("attempt over", "done"), ("tidied up", None)] == events
    assert {"asked-by-test"} == {line["request_id"] for line in own}
    made = [line for line in seen.lines if line["event"] == "request" and line["method"] == "POST"][:2]
    assert [(seen.good, "asked-by-test"), (seen.bad, "asked-by-test")] == [
        (line["job_id"], line["request_id"]) for line in made
    ]


def test_no_secret_is_logged_or_traced(seen: Seen) -> None:
    """Cells, tokens, secrets and query strings are in no line, no metric and no span; nor is a stack trace."""
    told = seen.log + seen.metrics + "".join(map(str, seen.spans))

    assert [401] == [line["status"] for line in seen.lines if line.get("status") == 401]
    assert not any(planted in told for planted in (CELL, TOKEN, SECRET, "Traceback"))


def test_metrics_count_the_jobs(seen: Seen) -> None:
    """One job completed, one failed, each stage of the good one measured; no label holds an id or a customer."""
    families = list(text_string_to_metric_families(seen.metrics))
    values = {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}
    stages = ("ingest", "profile", "fit", "generate", "publish")

    assert (1, 1) == tuple(values["lookalike_jobs_ended_total", status] for status in ("completed", "failed"))
    assert [1] * 5 == [min(1, values["lookalike_stage_duration_seconds_count", stage]) for stage in stages]
    assert 2 == values["lookalike_request_duration_seconds_count", "POST", "/api/v2/jobs", "202"]
    assert not any(word in seen.metrics for word in (seen.good, seen.bad, "acme", "tests", "asked-by-test"))


def test_every_metric_is_documented(seen: Seen) -> None:
    """The page on operating lists exactly the metrics there are, each with its kind."""
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")
    told = set(re.findall(r"^\| `(lookalike_\w+)` \| (\w+) \|", page, re.MULTILINE))
    families = text_string_to_metric_families(seen.metrics)
    there = {(f.name + "_total" * (f.type == "counter"), f.type) for f in families if not f.name.endswith("_created")}

    assert there == told


def test_spans_of_requests_attempts_and_stages(seen: Seen) -> None:
    """Requests are in their caller's trace, attempts below the request that submitted the job, stages below those."""
    requests = [s for s in seen.spans if s.name == "POST /api/v2/jobs"]
    attempts = [s for s in seen.spans if s.name == "attempt"]
    [good] = [s for s in attempts if _attribute(s, "lookalike.job_id") == seen.good]
    below = [s.name for s in seen.spans if s.parent_span_id == good.span_id]

    assert {(TRACE_ID, PARENT_ID)} == {(s.trace_id.hex(), s.parent_span_id.hex()) for s in requests}
    assert {TRACE_ID} == {s.trace_id.hex() for s in attempts}
    assert {s.span_id for s in requests} == {s.parent_span_id for s in attempts}
    assert ["stage ingest", "stage profile", "stage fit", "stage generate", "stage publish"] == below
    assert {"done", "failed"} == {_attribute(s, "lookalike.outcome") for s in attempts}


def _attribute(span: Span, name: str) -> str:
    return next(a.value.string_value for a in span.attributes if a.key == name)


def test_a_worker_shows_its_metrics(tmp_path: Path) -> None:
    """A worker told a port shows its metrics there, on this machine only, and stops when it is told to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "home").mkdir()
    command = [sys.executable, "-m", "lookalike", "worker", "--home", str(tmp_path / "home")]
    worker = subprocess.Popen([*command, "--metrics-port", str(port)])
    try:
        text = _read(f"http://127.0.0.1:{port}/metrics")
        taken = subprocess.run([*command, "--metrics-port", str(port)], capture_output=True, text=True, check=False)
    finally:
        worker.terminate()

    assert 'lookalike_attempts_total{outcome="done"} 0.0' in text
    assert (2, True) == (taken.returncode, str(port) in taken.stderr)
    assert 0 == worker.wait(30)


def _read(url: str) -> str:
    deadline = time.monotonic() + 30
    while True:
        try:
            return httpx.get(url).text
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
