"""The Python client of a service. It speaks HTTP only."""

from lookalike.client.awaited import AsyncClient, AsyncJob
from lookalike.client.errors import (
    DownloadDamaged,
    JobCancelled,
    JobFailed,
    ServiceAway,
    ServiceError,
    WebhookInvalid,
)
from lookalike.client.report import Report
from lookalike.client.sync import Client, Job

__all__ = [
    "AsyncClient",
    "AsyncJob",
    "Client",
    "DownloadDamaged",
    "Job",
    "JobCancelled",
    "JobFailed",
    "Report",
    "ServiceAway",
    "ServiceError",
    "WebhookInvalid",
]
