"""Who watches the service: the log, and Prometheus' registry of this process."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from lookalike.jobs.observer import Logbook, Observer, Observers
from lookalike.telemetry.metrics import JobMetrics, RequestMetrics


@dataclass(frozen=True)
class Telemetry:
    """Everything that is told what happens in this process."""

    registry: CollectorRegistry
    requests: RequestMetrics
    jobs: Observer


def open_telemetry() -> Telemetry:
    """A registry, and who counts into it."""
    registry = CollectorRegistry()
    return Telemetry(registry, RequestMetrics(registry), Observers([Logbook(), JobMetrics(registry)]))
