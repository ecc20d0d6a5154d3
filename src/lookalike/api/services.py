"""What the routes are handed: the operations and who may call them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from lookalike.access import Principal, Verifier
from lookalike.access.rates import Rates
from lookalike.api.envelope import Observer
from lookalike.clock import Clock
from lookalike.errors import Unauthorized
from lookalike.operations.artefacts import Artefacts
from lookalike.operations.audit import Audit
from lookalike.operations.buckets import Buckets
from lookalike.operations.deliveries import Deliveries
from lookalike.operations.health import Health
from lookalike.operations.jobs import Jobs
from lookalike.operations.measurements import Measurements
from lookalike.operations.previews import Previews
from lookalike.operations.webhooks import Webhooks

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")  # RFC 6750, 2.1


@dataclass(frozen=True)
class Services:
    """
    Everything behind the door.

    Attributes:
        body_max_bytes: The largest request body that is read.
        upload_max_bytes: The largest that is put in a bucket as it is.
        draw: So many random bits as a number, for request ids.
        observer: Is told of every request.
    """

    jobs: Jobs
    webhooks: Webhooks
    deliveries: Deliveries
    previews: Previews
    artefacts: Artefacts
    buckets: Buckets
    audit: Audit
    health: Health
    measurements: Measurements
    verifier: Verifier
    rates: Rates
    body_max_bytes: int
    upload_max_bytes: int
    draw: Callable[[int], int]
    clock: Clock
    observer: Observer


def services(request: Request) -> Services:
    """What the application was made with."""
    found: Services = request.app.state.services
    return found


def principal(request: Request) -> Principal:
    """
    Who is asking.

    Raises:
        Unauthorized: no bearer token, several, or one that is not good.
        RateLimited: the customer makes too many requests.
    """
    given = request.headers.getlist("authorization")
    if not given:
        raise Unauthorized("The request has no bearer token.")
    match = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        raise Unauthorized("The header Authorization does not hold one bearer token.")
    found = services(request).verifier.verify(match[1])
    request.scope["state"]["allowance"] = services(request).rates.take(found.customer_id)
    return found


def origin(request: Request) -> dict[str, str]:
    """What a job is told of the request that submits it: its id, and where it stands in a trace if it is traced."""
    state = request.scope["state"]
    return {key: state[key] for key in ("request_id", "traceparent") if key in state}


async def request_id(request: Request) -> str:
    """What the request is known by."""
    told: str = request.scope["state"]["request_id"]
    return told


Given = Annotated[Services, Depends(services)]
Asking = Annotated[Principal, Depends(principal)]
RequestId = Annotated[str, Depends(request_id)]
