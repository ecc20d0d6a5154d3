"""How asking a service may fail."""

from collections.abc import Mapping
from typing import Any

from lookalike.errors import JobError, LookalikeError

PASSING = frozenset({429, 502, 503, 504})  # what is over when one asks again a little later


class ServiceError(LookalikeError):
    """
    What a service answered instead of what was asked for.

    `code` and `status` are the service's, `request_id` names the request in its log, `details` is what else it says:
    `details["errors"]` lists the fields at fault.
    """

    hint = ""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.request_id = status, code, request_id
        self.details = dict(details or {})
        self.retryable = status in PASSING


class ServiceAway(LookalikeError):
    """A service that does not answer."""

    code, retryable, hint = "SERVICE_AWAY", True, "Check the URL, and that the service runs."


class JobFailed(JobError):
    """A job that failed; `code` is that of its error, `job_id` its id."""

    hint = ""

    def __init__(self, job_id: str, code: str, message: str) -> None:
        super().__init__(message)
        self.job_id, self.code = job_id, code


class JobCancelled(LookalikeError):
    """A job that was cancelled before it was done."""

    code, status, hint = "JOB_CANCELLED", 400, "Submit it again."

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id} was cancelled.")
        self.job_id = job_id


class DownloadDamaged(LookalikeError):
    """Bytes that arrived and are not those that the service has."""

    code, retryable, hint = "DOWNLOAD_DAMAGED", True, "Download it again."


class WebhookInvalid(LookalikeError):
    """A message that is not to be believed."""

    code, status, hint = "WEBHOOK_INVALID", 400, "Answer 400, and do nothing else with it."
