"""One function for each operation of the API: what is sent, what is answered. Nothing is sent from here."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

from lookalike.client.answers.buckets import BucketListResponse, ObjectListResponse, ObjectResponse
from lookalike.client.answers.jobs import (
    ArtefactListResponse,
    JobActionResponse,
    JobCreationResponse,
    JobEventListResponse,
    JobHistoryResponse,
    JobStatusEnum,
    JobStatusResponse,
    ModelListResponse,
    PreviewResponse,
)
from lookalike.client.answers.service import (
    AuditActionEnum,
    AuditListResponse,
    ComponentStatus,
    Liveness,
    ServiceHealthResponse,
)
from lookalike.client.answers.webhooks import (
    DeliveryListResponse,
    DeliveryResponse,
    DeliveryStatusEnum,
    WebhookEventEnum,
    WebhookListResponse,
    WebhookResponse,
)
from lookalike.client.retrying import TRIES

T = TypeVar("T")
File = str | Path | bytes  # the path of a local file, or its bytes
JOBS, BUCKETS, WEBHOOKS = "/api/v2/jobs", "/api/v2/buckets", "/api/v2/webhooks"


@dataclass(frozen=True)
class Call(Generic[T]):
    """
    A request, and what its answer is.

    Args:
        params: Of the query; None is left out.
        body: JSON, or a file.
        kind: What the answer holds: JSON, text, or bytes.
        also: A status beside 2xx that has an answer and no error.
        tries: How often it is sent at most, if sending it again does no harm.
    """

    verb: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | File | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["json", "text", "bytes"] = "json"
    also: int | None = None
    tries: int = TRIES

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.verb in ("GET", "PUT", "DELETE") or "Idempotency-Key" in self.headers


# ── jobs ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def submit(request: Mapping[str, Any], *, idempotency_key: str | None = None) -> Call[JobCreationResponse]:
    """
    Submit a job.

    Args:
        request: A `CreateJobRequest`.
        idempotency_key: A name of your own for this submission, kept for 24 hours; drawn if left out.
    """
    key = idempotency_key or secrets.token_hex(16)
    return Call("POST", JOBS, body=request, headers={"Idempotency-Key": key})


def preview(request: Mapping[str, Any]) -> Call[PreviewResponse]:
    """What a job of this body would do; nothing is stored."""
    return Call("POST", f"{JOBS}/preview", body=request)


def jobs(
    *,
    limit: int | None = None,
    offset: int | None = None,
    status: JobStatusEnum | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
) -> Call[JobHistoryResponse]:
    """A page of your jobs, newest first; dates are those of the submission, both included."""
    params = {"limit": limit, "offset": offset, "status": status, "start_date": start_date, "end_date": end_date}
    return Call("GET", JOBS, params)


def job(job_id: str) -> Call[JobStatusResponse]:
    """Where a job is, what it was asked to do, what came of it."""
    return Call("GET", _of(JOBS, job_id))


def cancel(job_id: str) -> Call[JobActionResponse]:
    """Cancel a job; nothing of it will appear at its output path."""
    return Call("POST", _of(JOBS, job_id, "cancel"))


def pause(job_id: str) -> Call[JobActionResponse]:
    """Pause a job; what it has done so far is kept."""
    return Call("POST", _of(JOBS, job_id, "pause"))


def resume(job_id: str) -> Call[JobActionResponse]:
    """Resume a paused job where it stopped."""
    return Call("POST", _of(JOBS, job_id, "resume"))


def delete(job_id: str) -> Call[JobActionResponse]:
    """Delete an ended job's record, checkpoints, model and report; its output stays."""
    return Call("DELETE", _of(JOBS, job_id))


def events(job_id: str, *, after: int | None = None, limit: int | None = None) -> Call[JobEventListResponse]:
    """What happened to a job, in order; only what has a higher sequence than `after`."""
    return Call("GET", _of(JOBS, job_id, "events"), {"after": after, "limit": limit})


def artefacts(job_id: str) -> Call[ArtefactListResponse]:
    """What an ended job left: report, manifest, model, parts of the output."""
    return Call("GET", _of(JOBS, job_id, "artefacts"))


def artefact(job_id: str, name: str) -> Call[bytes]:
    """The bytes of an artefact, in memory; `download` writes them to a file."""
    return Call("GET", _of(JOBS, job_id, "artefacts", name), kind="bytes")


def models(*, limit: int | None = None, offset: int | None = None) -> Call[ModelListResponse]:
    """A page of models that a job may name as `model_from_job`, newest first."""
    return Call("GET", "/api/v2/models", {"limit": limit, "offset": offset})


# ── buckets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def buckets() -> Call[BucketListResponse]:
    """The buckets that you may use."""
    return Call("GET", BUCKETS)


def objects(
    bucket: str,
    *,
    prefix: str | None = None,
    delimiter: Literal["/"] | None = None,
    limit: int | None = None,
    after: str | None = None,
) -> Call[ObjectListResponse]:
    """Objects of a bucket, by path; with `delimiter` only those of the folder itself, and its folders."""
    params = {"prefix": prefix, "delimiter": delimiter, "limit": limit, "after": after}
    return Call("GET", _of(BUCKETS, bucket, "objects"), params)


def put(bucket: str, path: str, file: File) -> Call[ObjectResponse]:
    """Put a local file (its path), or bytes, into a bucket as a new object; what stands there is never replaced."""
    headers = {"Content-Type": "application/octet-stream"}
    return Call("PUT", f"{_of(BUCKETS, bucket, 'objects')}/{quote(path)}", body=file, headers=headers)


# ── webhooks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def register_webhook(
    url: str, events: Sequence[WebhookEventEnum | str], secret: str, headers: Mapping[str, str] | None = None
) -> Call[WebhookResponse]:
    """Have events of jobs posted to a URL, signed with the secret; `headers` are sent along."""
    told = {"url": url, "events": list(events), "secret": secret}
    return Call("POST", f"{WEBHOOKS}/register", body=told if headers is None else {**told, "headers": dict(headers)})


def webhooks(*, event: WebhookEventEnum | None = None) -> Call[WebhookListResponse]:
    """Your webhooks, oldest first; only those that hear of an event."""
    return Call("GET", WEBHOOKS, {"event": event})


def delete_webhook(webhook_id: str) -> Call[WebhookResponse]:
    """Take a webhook away."""
    return Call("DELETE", _of(WEBHOOKS, webhook_id))


def deliveries(
    webhook_id: str,
    *,
    limit: int | None = None,
    offset: int | None = None,
    status: DeliveryStatusEnum | None = None,
) -> Call[DeliveryListResponse]:
    """A page of what was sent to a webhook and what came of it, newest first."""
    params = {"limit": limit, "offset": offset, "status": status}
    return Call("GET", _of(WEBHOOKS, webhook_id, "deliveries"), params)


def redeliver(webhook_id: str, delivery_id: str) -> Call[DeliveryResponse]:
    """Send a delivery again at once."""
    return Call("POST", _of(WEBHOOKS, webhook_id, "deliveries", delivery_id, "redeliver"))


def try_webhook(webhook_id: str) -> Call[DeliveryResponse]:
    """Send a webhook an event of type `webhook.test`."""
    return Call("POST", _of(WEBHOOKS, webhook_id, "test"))


def rotate_secret(webhook_id: str, secret: str, *, overlap_s: int | None = None) -> Call[WebhookResponse]:
    """Sign with another secret; for `overlap_s` seconds, a day unless told, with the former one too."""
    told = {"secret": secret} if overlap_s is None else {"secret": secret, "overlap_s": overlap_s}
    return Call("POST", _of(WEBHOOKS, webhook_id, "rotate-secret"), body=told)


def enable_webhook(webhook_id: str) -> Call[WebhookResponse]:
    """Let a webhook that was disabled hear of events again."""
    return Call("POST", _of(WEBHOOKS, webhook_id, "enable"))


# ── the service itself ────────────────────────────────────────────────────────────────────────────────────────────────


def audit(
    *,
    limit: int | None = None,
    offset: int | None = None,
    action: AuditActionEnum | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
) -> Call[AuditListResponse]:
    """A page of who changed what, newest first; dates are those of the change, both included."""
    params = {"limit": limit, "offset": offset, "action": action, "start_date": start_date, "end_date": end_date}
    return Call("GET", "/api/v2/audit", params)


def health() -> Call[ServiceHealthResponse]:
    """How the service and its parts are, unhealthy or not."""
    return Call("GET", "/health", also=503)


def ready() -> Call[ComponentStatus]:
    """Whether the service can work: how its database is."""
    return Call("GET", "/readyz", also=503)


def alive() -> Call[Liveness]:
    """That the service answers at all."""
    return Call("GET", "/livez")


def metrics() -> Call[str]:
    """All measurements, in Prometheus' text format."""
    return Call("GET", "/metrics", kind="text", also=503)


def document() -> Call[dict[str, Any]]:
    """The service's OpenAPI document."""
    return Call("GET", "/openapi.json")


def _of(*path: str) -> str:
    head, *tail = path
    return "/".join([head, *(quote(segment, safe="") for segment in tail)])
