"""Traces for OpenTelemetry: a span for each request, each attempt at a job, each stage. Needs the extra `tracing`."""

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from lookalike.jobs.job import Job, Stage
from lookalike.jobs.observer import Ending, about
from lookalike.jobs.states import StageStatus
from lookalike.version import VERSION

EXPORT_S = 2  # a collector that is away must not hold up the end of the process

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_TRACE_CONTEXT = TraceContextTextMapPropagator()
_HEADERS = (b"traceparent", b"tracestate")


class Traces:
    """
    Spans on their way to a collector.

    Args:
        endpoint: Where spans are posted (OTLP over HTTP).
    """

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({"service.name": "lookalike", "service.version": VERSION})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=EXPORT_S)))
        self._tracer = self._provider.get_tracer("lookalike", VERSION)
        self.jobs = JobTraces(self._tracer)

    def around(self, app: App) -> "RequestTraces":
        """The application with a span around each of its requests."""
        return RequestTraces(app, self._tracer)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class RequestTraces:
    """ASGI middleware: a server span around each request; ``traceparent`` in the request's state names it."""

    def __init__(self, app: App, tracer: Tracer) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _HEADERS}
        span = self.tracer.start_span("request", _TRACE_CONTEXT.extract(given), SpanKind.SERVER)
        scope.setdefault("state", {}).update(_carrier(span))

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                _answered(span, message["status"])
            await send(message)

        try:
            return await self.app(scope, receive, watched)
        finally:
            _named(span, scope)
            span.end()


class JobTraces:
    """An `Observer` of a supervisor: a span for each attempt, below that of the request that submitted the job."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[tuple[str, int], Span] = {}

    def begun(self, job: Job) -> None:
        span = self._tracer.start_span("attempt", _TRACE_CONTEXT.extract(job.origin))
        for name, value in about(job).items():
            span.set_attribute(f"lookalike.{name}", value)
        self._open[job.job_id, job.epoch] = span

    def over(self, ending: Ending) -> None:
        span = self._open.pop((ending.job.job_id, ending.job.epoch))
        for stage in ending.own_stages:
            self._stage(stage, set_span_in_context(span))
        span.set_attribute("lookalike.outcome", ending.outcome)
        if ending.code is not None:
            span.set_attribute("error.type", ending.code)
        if ending.outcome in ("failed", "stuck", "crashed"):
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def recovered(self, job: Job) -> None:
        """The attempt's own supervisor had its span; it went silent, and so did that."""

    def _stage(self, stage: Stage, parent: Context) -> None:
        """A stage that did not come to its end ends with its attempt."""
        span = self._tracer.start_span(f"stage {stage.name}", parent, start_time=_nanoseconds(stage.start_time))
        if stage.status is not StageStatus.COMPLETED:
            span.set_status(Status(StatusCode.ERROR))
        span.end(_nanoseconds(stage.end_time))


def _carrier(span: Span) -> dict[str, str]:
    carrier: dict[str, str] = {}
    _TRACE_CONTEXT.inject(carrier, set_span_in_context(span))
    return {"traceparent": carrier["traceparent"]}


def _answered(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _named(span: Span, scope: Message) -> None:
    """Route and method in the words of OpenTelemetry; the path itself may hold anything."""
    route = getattr(scope.get("route"), "path", None)
    span.update_name(f"{scope['method']} {route}" if route else scope["method"])
    span.set_attribute("http.request.method", scope["method"])
    if route:
        span.set_attribute("http.route", route)
    if "request_id" in scope["state"]:
        span.set_attribute("lookalike.request_id", scope["state"]["request_id"])


def _nanoseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000_000) * 1_000
