"""What this process counts and measures, in a registry that is handed in. No label names a job or a customer."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from lookalike.jobs.job import STAGES, Job, Stage
from lookalike.jobs.observer import OUTCOMES, Ending
from lookalike.jobs.standing import Standing
from lookalike.jobs.states import ENDED, JobStatus, StageStatus
from lookalike.webhooks.outbox import DeliveryStatus, Outcome
from lookalike.webhooks.standing import DeliveryStanding

# from a request that reads one row to a synchronous create that waits as long as it may
REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# from the smallest table to a job of a day
DELIVERY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)  # an attempt has 15 s
JOB_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)


class RequestMetrics:
    """What the API tells of its requests: an `Observer` of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._duration = Histogram(
            "lookalike_request_duration_seconds",
            "Requests that were answered, by how long that took.",
            ("method", "route", "status"),
            registry=registry,
            buckets=REQUEST_BUCKETS_S,
        )

    def answered(self, method: str, route: str, status: int, duration_s: float) -> None:
        self._duration.labels(method, route, str(status)).observe(duration_s)


class JobMetrics:
    """What a supervisor tells of its attempts: an `Observer` of it. All label values are there from the start, at 0."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "lookalike_attempts", "Attempts that are over, by outcome.", ("outcome",), registry=registry
        )
        self._ended = Counter(
            "lookalike_jobs_ended", "Jobs that ended in an attempt, by status.", ("status",), registry=registry
        )
        self._retries = Counter("lookalike_retries", "Jobs queued again after a crash.", registry=registry)
        self._stages = Histogram(
            "lookalike_stage_duration_seconds",
            "Stages that were completed, by how long that took.",
            ("stage",),
            registry=registry,
            buckets=JOB_BUCKETS_S,
        )
        self._delay = Histogram(
            "lookalike_start_delay_seconds",
            "Jobs begun for the first time, by how long they had been accepted.",
            registry=registry,
            buckets=JOB_BUCKETS_S,
        )
        self._name_all()

    def begun(self, job: Job) -> None:
        if job.started_at is not None and job.epoch == 1:
            self._delay.observe(max(0.0, (job.started_at - job.submitted_at).total_seconds()))

    def over(self, ending: Ending) -> None:
        self._attempts.labels(ending.outcome).inc()
        self._retries.inc(ending.retried)
        if ending.ended and ending.after is not None:
            self._ended.labels(ending.after.status.value).inc()
        for stage in ending.own_stages:
            self._measure(stage)

    def recovered(self, job: Job) -> None:
        if job.status is JobStatus.FAILED:
            self._ended.labels(job.status.value).inc()
        else:
            self._retries.inc()

    def _measure(self, stage: Stage) -> None:
        if stage.status is StageStatus.COMPLETED and stage.start_time is not None and stage.end_time is not None:
            self._stages.labels(stage.name).observe(max(0.0, (stage.end_time - stage.start_time).total_seconds()))

    def _name_all(self) -> None:
        for outcome in OUTCOMES:
            self._attempts.labels(outcome)
        for status in ENDED:
            self._ended.labels(status.value)
        for name in STAGES:
            self._stages.labels(name)


class DeliveryMetrics:
    """What a dispatcher tells of its attempts: an `AttemptObserver` of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._duration = Histogram(
            "lookalike_delivery_duration_seconds",
            "Attempts at deliveries that are over, by what becomes of the delivery.",
            ("status",),
            registry=registry,
            buckets=DELIVERY_BUCKETS_S,
        )
        for status in DeliveryStatus:
            self._duration.labels(status.value)

    def attempted(self, outcome: Outcome) -> None:
        self._duration.labels(outcome.status.value).observe(outcome.latency_ms / 1_000)


def exposition(registry: CollectorRegistry, known: tuple[Standing, DeliveryStanding] | None) -> bytes:
    """All of it in Prometheus' text format; without the database's part if it is not known how that stands."""
    own = generate_latest(registry)
    return own if known is None else own + generate_latest(_standing(*known))


def _standing(standing: Standing, deliveries: DeliveryStanding) -> CollectorRegistry:
    registry = CollectorRegistry()
    pending = Gauge("lookalike_deliveries_pending", "Deliveries that are not over.", registry=registry)
    pending.set(deliveries.pending)
    overdue = Gauge(
        "lookalike_deliveries_overdue_seconds",
        "How long the webhook that has waited longest has had something due and was not tried.",
        registry=registry,
    )
    overdue.set(deliveries.overdue_s)
    jobs = Gauge("lookalike_jobs", "Jobs that have not ended, by status.", ("status",), registry=registry)
    for status, n_jobs in standing.jobs.items():
        jobs.labels(status.value).set(n_jobs)
    oldest = Gauge("lookalike_oldest_waiting_seconds", "Age of the oldest job that waits.", registry=registry)
    oldest.set(standing.oldest_waiting_s)
    workers = Gauge("lookalike_live_workers", "Supervisors seen lately.", registry=registry)
    workers.set(standing.live_workers)
    return registry
