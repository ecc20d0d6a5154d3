"""What is told of attempts: to the log, to Prometheus, to OpenTelemetry."""

import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from lookalike.jobs.observer import Logbook, Observers
from lookalike.jobs.states import JobStatus
from lookalike.telemetry.metrics import JobMetrics
from lookalike.telemetry.tracing import JobTraces
from somebody import SOMEBODY

S = JobStatus

INGEST = [{"type": "stage", "stage": "ingest", "status": status} for status in ("processing", "completed")]
GOOD = [["say", *INGEST, {"type": "publish"}], ["listen"], ["say", {"type": "done", "work": {}, "metadata": {}}]]
BAD = [["say", INGEST[0], {"type": "failed", "code": "INPUT_REFUSED", "message": "too small"}], ["sleep", 600]]


class Watched:
    """A supervised service and what observers made of it."""

    def __init__(self, service):
        self.service = service
        self.registry, self.spans = CollectorRegistry(), InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        self.observer = Observers([Logbook(), JobMetrics(self.registry), JobTraces(provider.get_tracer("test"))])
        self.stop = service.supervise(observer=self.observer)

    def value(self, name, **labels):
        return self.registry.get_sample_value(name, labels)

    def count(self, name, label, *values):
        return [self.value(name, **{label: value}) for value in values]

    def attempts(self, job_id):
        ended = sorted(self.spans.get_finished_spans(), key=lambda span: span.end_time)
        return [span for span in ended if span.attributes.get("lookalike.job_id") == job_id]

    def stages(self, attempt):
        return [s for s in self.spans.get_finished_spans() if s.parent and s.parent.span_id == attempt.context.span_id]


@pytest.fixture
def watched(service, caplog):
    caplog.set_level(logging.INFO, logger="lookalike")
    return Watched(service)


def test_a_good_a_failed_a_cancelled_job_and_a_retry(watched, waiting):
    """Attempts by outcome, ends by status, retries, stages and delays are counted, each once."""
    service = watched.service
    good, bad = service.submit(*GOOD), service.submit(*BAD)
    retried = service.submit(["say", {"type": "checkpoint", "work": {"steps": GOOD}, "metadata": {}}], ["exit", 1])
    for job_id in (good, bad, retried):
        service.reaches(job_id, S.COMPLETED, S.FAILED)
    cancelled = service.submit(["hold"])
    service.n_running(2)
    service.store.cancel(cancelled, SOMEBODY)
    waiting(lambda: watched.value("lookalike_attempts_total", outcome="lost"))

    assert [2, 1, 1, 0, 1] == watched.count(
        "lookalike_attempts_total", "outcome", "done", "failed", "crashed", "drained", "lost"
    )
    assert [2, 1, 1] == watched.count("lookalike_jobs_ended_total", "status", "completed", "failed", "cancelled")
    assert 1 == watched.value("lookalike_retries_total")
    assert [2, 0] == watched.count("lookalike_stage_duration_seconds_count", "stage", "ingest", "fit")
    assert 4 == watched.value("lookalike_start_delay_seconds_count")


def test_a_job_given_up(watched):
    """A job whose every attempt crashes is retried three times and ends as failed once."""
    watched.service.reaches(watched.service.submit(["exit", 1]), S.FAILED)
    watched.stop()

    assert [4.0] == watched.count("lookalike_attempts_total", "outcome", "crashed")
    assert (3, 1) == (
        watched.value("lookalike_retries_total"),
        watched.value("lookalike_jobs_ended_total", status="failed"),
    )


def test_a_job_that_is_stuck(watched):
    """A job that is paused because it cannot go on is an attempt over, but neither an end nor a retry."""
    job_id = watched.service.submit(["say", {"type": "stuck", "reason": "The bucket is away."}], ["sleep", 600])
    watched.service.reaches(job_id, S.PAUSED)
    watched.stop()
    [span] = watched.attempts(job_id)

    assert [1, 0] == watched.count("lookalike_attempts_total", "outcome", "stuck", "failed")
    assert [0, 0, 0] == watched.count("lookalike_jobs_ended_total", "status", "completed", "failed", "cancelled")
    assert (0, False) == (watched.value("lookalike_retries_total"), span.status.is_ok)


def test_a_drained_job(watched):
    """Giving a job back to the queue is an attempt over, but neither an end nor a retry."""
    watched.service.submit(["hold"])
    watched.service.n_running(2)
    watched.stop()

    assert [1, 0] == watched.count("lookalike_attempts_total", "outcome", "drained", "lost")
    assert [0, 0, 0] == watched.count("lookalike_jobs_ended_total", "status", "completed", "failed", "cancelled")
    assert 0 == watched.value("lookalike_retries_total")


@pytest.mark.parametrize(("max_restarts", "expected"), [(3, (1, 0)), (0, (0, 1))])
def test_a_silent_supervisor_is_noticed(service, waiting, caplog, max_restarts, expected):
    """A job taken back from a supervisor that died counts as a retry, or as failed if it has had them all."""
    caplog.set_level(logging.INFO, logger="lookalike")
    apart = service.supervise_apart(lease_s=1)
    job_id = service.submit(["hold"])
    service.n_running(2)
    apart.kill()
    service.n_running(0)
    registry = CollectorRegistry()
    observer = Observers([Logbook(), JobMetrics(registry), JobTraces(TracerProvider().get_tracer("test"))])
    service.supervise(observer=observer, max_restarts=max_restarts)
    counted = ("lookalike_retries_total", {}), ("lookalike_jobs_ended_total", {"status": "failed"})
    told = waiting(lambda: any(got := tuple(registry.get_sample_value(*each) for each in counted)) and got)

    assert expected == told
    assert [job_id] == [vars(r)["job_id"] for r in caplog.records if r.msg == "taken back from a silent worker"]


def test_the_log_tells_of_attempts(watched, caplog, waiting):
    """Claim, end, retry and tidying each have a line with job and epoch; the failure's message has none."""
    job_id = watched.service.submit(
        ["say", {"type": "checkpoint", "work": {"steps": BAD}, "metadata": {}}], ["exit", 1]
    )
    watched.service.reaches(job_id, S.FAILED)
    waiting(lambda: not watched.service.job(job_id).litter)
    watched.stop()
    lines = [vars(record) for record in caplog.records]

    assert [
        ("claimed", 1, None),
        ("attempt over", 1, "crashed"),
        ("to be tried again", 1, None),
        ("claimed", 2, None),
        ("attempt over", 2, "failed"),
        ("tidied up", 2, None),
    ] == [(line["msg"], line["epoch"], line.get("outcome")) for line in lines]
    assert {job_id} == {line["job_id"] for line in lines}
    assert [1, 2] == [line["attempt"] for line in lines if line["msg"] == "claimed"]
    assert (None, "INPUT_REFUSED") == tuple(line["code"] for line in lines if line["msg"] == "attempt over")
    assert not any("too small" in str(line) for line in lines)


def test_spans_of_attempts_and_stages(watched):
    """An attempt is a span with its stages below it; what did not come to its end is an error."""
    job_id = watched.service.submit(
        ["say", {"type": "checkpoint", "work": {"steps": BAD}, "metadata": {}}, *INGEST], ["exit", 1]
    )
    watched.service.reaches(job_id, S.FAILED)
    watched.stop()
    first, second = watched.attempts(job_id)
    [good], [bad] = watched.stages(first), watched.stages(second)

    assert [(1, "crashed", None), (2, "failed", "INPUT_REFUSED")] == [
        tuple(span.attributes.get(key) for key in ("lookalike.epoch", "lookalike.outcome", "error.type"))
        for span in (first, second)
    ]
    assert [("stage ingest", True), ("stage ingest", False)] == [(s.name, s.status.is_ok) for s in (good, bad)]
    assert first.start_time <= good.start_time <= good.end_time <= first.end_time
    assert second.start_time <= bad.start_time <= bad.end_time <= second.end_time
