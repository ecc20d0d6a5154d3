"""The Python client of a service. It speaks HTTP only."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import httpx

from lookalike.errors import LookalikeError

ENDED = frozenset({"completed", "failed", "cancelled"})
_TIMEOUT_S = 60.0  # a create with is_async false may wait half of that
_POLL_S = 0.25


class ServiceError(LookalikeError):
    """What a service answered instead of what was asked for; `code` and `status` are the service's."""

    hint = ""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class ServiceAway(LookalikeError):
    """A service that does not answer."""

    code, retryable, hint = "SERVICE_AWAY", True, "Check the URL, and that the service runs."


class Client:
    """
    A service, seen by one customer.

    Args:
        url: Where the service listens, e.g. ``http://127.0.0.1:8000``.
        token: A bearer token.
    """

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_S, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def submit(self, request: Mapping[str, Any], *, idempotency_key: str | None = None) -> dict[str, Any]:
        """The answer to a create: `job_id`, `status`, `message`."""
        headers = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return self._ask("POST", "/api/v2/jobs", json=dict(request), headers=headers)

    def job(self, job_id: str) -> dict[str, Any]:
        """A job's status."""
        return self._ask("GET", f"/api/v2/jobs/{job_id}")

    def jobs(self, **filters: Any) -> dict[str, Any]:
        """A page of the history; filters as the API names them."""
        return self._ask("GET", "/api/v2/jobs", params={k: v for k, v in filters.items() if v is not None})

    def act(self, job_id: str, action: str) -> dict[str, Any]:
        """Cancel, pause or resume a job; `action` is that word."""
        return self._ask("POST", f"/api/v2/jobs/{job_id}/{action}")

    def delete(self, job_id: str) -> dict[str, Any]:
        """Delete an ended job's record, checkpoints, model and report; its output stays."""
        return self._ask("DELETE", f"/api/v2/jobs/{job_id}")

    def register_webhook(self, url: str, events: Sequence[str], secret: str) -> dict[str, Any]:
        """Have events of jobs posted to a URL, signed with the secret."""
        told = {"url": url, "events": list(events), "secret": secret}
        return self._ask("POST", "/api/v2/webhooks/register", json=told)

    def health(self) -> dict[str, Any]:
        """The service's health."""
        return self._ask("GET", "/health")

    def follow(self, job_id: str) -> Iterator[dict[str, Any]]:
        """A job's status whenever it has changed, until the job has ended."""
        seen: dict[str, Any] | None = None
        while True:
            job = self.job(job_id)
            if job != seen:
                yield job
            if job["status"] in ENDED:
                return
            seen = job
            time.sleep(_POLL_S)

    def _ask(self, verb: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(verb, path, **request)
        except httpx.TransportError:
            raise ServiceAway(f"The service at {self._http.base_url} does not answer.") from None
        if answer.is_success:
            value: dict[str, Any] = answer.json()
            return value
        raise _error(answer)


def _error(answer: httpx.Response) -> ServiceError:
    try:
        error = answer.json()["error"]
        return ServiceError(answer.status_code, error["code"], error["message"])
    except (ValueError, KeyError, TypeError):
        return ServiceError(answer.status_code, "UNKNOWN", f"The service answered {answer.status_code}.")
