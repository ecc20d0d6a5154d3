"""Who watches the service: the log, Prometheus' registry of this process, and traces if the settings want them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from lookalike.errors import ExtraMissing
from lookalike.jobs.observer import Logbook, Observer, Observers
from lookalike.settings import Settings
from lookalike.telemetry.metrics import DeliveryMetrics, JobMetrics, RequestMetrics

if TYPE_CHECKING:
    from lookalike.telemetry.tracing import Traces


@dataclass(frozen=True)
class Telemetry:
    """Everything that is told what happens in this process."""

    registry: CollectorRegistry
    requests: RequestMetrics
    jobs: Observer
    deliveries: DeliveryMetrics
    traces: "Traces | None"

    def close(self) -> None:
        """Send what is left to be sent."""
        if self.traces is not None:
            self.traces.close()


def open_telemetry(settings: Settings) -> Telemetry:
    """
    What the settings want.

    Raises:
        ExtraMissing: traces are wanted and cannot be made.
    """
    registry = CollectorRegistry()
    traces = _traces(settings.tracing.endpoint)
    watching: list[Observer] = [Logbook(), JobMetrics(registry)]
    if traces is not None:
        watching.append(traces.jobs)
    return Telemetry(registry, RequestMetrics(registry), Observers(watching), DeliveryMetrics(registry), traces)


def _traces(endpoint: str) -> "Traces | None":
    if not endpoint:
        return None
    try:
        from lookalike.telemetry.tracing import Traces
    except ModuleNotFoundError:
        raise ExtraMissing("The setting 'tracing.endpoint'", "tracing") from None
    return Traces(endpoint)
