"""Events of a real service on their way to receivers over HTTPS, some of which may hang."""

import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.receiver import Receiver

from bench.serving.service import PATIENCE_S, POLL_S, TITLES, NotMeasured, Service, body, serving
from bench.serving.submissions import submission

N_CUSTOMERS, PER_CUSTOMER = 10, 20
N_WEBHOOKS = N_CUSTOMERS * PER_CUSTOMER
N_HANGING = N_WEBHOOKS // 4
N_EVENTS = 9  # to each webhook, one after the other
PAYING = {1: 300, 20: 3_000}  # webhooks, and deliveries to all of them together
SECRET = "whsec_bG9va2FsaWtlIGlzIHNpZ25lZA=="  # noqa: S105 - of a receiver that keeps nothing
SETTINGS = {"WEBHOOKS__ALLOW": '["localhost"]', "JOBS__QUEUED_PER_CUSTOMER": "1000000"}


@dataclass(frozen=True)
class Arrivals:
    """Seconds from the first submission until the last of the webhooks that are well has its event, for each event."""

    database: str
    n_hanging: int
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class Delivered:
    """Seconds from the first submission until all deliveries have arrived."""

    database: str
    n_webhooks: int
    n_deliveries: int
    seconds: float


class _Customer:
    """One of the service's customers."""

    def __init__(self, service: Service, name: str) -> None:
        self._http = service.http
        self._headers = {"Authorization": f"Bearer {service.place.token(name)}"}

    def register(self, url: str) -> None:
        self._post("webhooks/register", {"url": url, "events": ["job.created"], "secret": SECRET}, 201)

    def submit(self) -> None:
        self._post("jobs", body(submission(f"{uuid.uuid4()}.csv", 1_000)), 202)

    def _post(self, path: str, told: Mapping[str, Any], good: int) -> None:
        answer = self._http.post(f"/api/v2/{path}", json=told, headers=self._headers)
        if answer.status_code != good:
            raise NotMeasured(f"POST {path} was answered with {answer.status_code}")


def arrivals(kind: str) -> list[Arrivals]:
    """With no receiver that hangs, and with `N_HANGING` of them."""
    return [Arrivals(TITLES[kind], n_hanging, _each_event(kind, n_hanging)) for n_hanging in (0, N_HANGING)]


def throughput(kind: str) -> list[Delivered]:
    """To one webhook, and to as many as a customer may have."""
    return [Delivered(TITLES[kind], n, total, _all_of(kind, n, total)) for n, total in PAYING.items()]


def _each_event(kind: str, n_hanging: int) -> tuple[float, ...]:
    with _heard(kind) as (service, heard):
        customers = [_Customer(service, f"customer-{number}") for number in range(N_CUSTOMERS)]
        for number in range(N_WEBHOOKS):  # one in four hangs, or is not looked at
            kind_of = "ok" if number % 4 else "hang" if n_hanging else "spare"
            customers[number % N_CUSTOMERS].register(heard.url(f"{kind_of}/{number}"))
        return tuple(_event(customers, heard) for _ in range(N_EVENTS))


def _event(customers: Sequence["_Customer"], heard: Receiver) -> float:
    before, begun = len(_well(heard)), time.monotonic()
    for customer in customers:
        customer.submit()
    return _until(heard, before + N_WEBHOOKS - N_HANGING) - begun


def _all_of(kind: str, n_webhooks: int, n_deliveries: int) -> float:
    with _heard(kind) as (service, heard):
        customer = _Customer(service, "customer")
        for number in range(n_webhooks):
            customer.register(heard.url(f"ok/{number}"))
        begun = time.monotonic()
        for _ in range(n_deliveries // n_webhooks):
            customer.submit()
        return _until(heard, n_deliveries) - begun


@contextmanager
def _heard(kind: str) -> Iterator[tuple[Service, Receiver]]:
    """A service whose jobs wait, and a receiver it may reach."""
    with Receiver() as heard, tempfile.TemporaryDirectory(prefix="bench") as folder:
        environ = {"SSL_CERT_FILE": str(heard.keep_authority(Path(folder) / "authority.pem"))}
        with serving(kind, environ, **SETTINGS) as service:
            service.occupy()
            yield service, heard


def _well(heard: Receiver) -> list[float]:
    """When the requests came in to those that are looked at."""
    return [request.moment for request in heard.requests if " /ok/" in request.line]


def _until(heard: Receiver, n_requests: int) -> float:
    """When so many had come in."""
    end = time.monotonic() + PATIENCE_S
    while len(moments := _well(heard)) < n_requests:
        if time.monotonic() > end:
            raise NotMeasured(f"{n_requests - len(moments)} of {n_requests} deliveries have not arrived")
        time.sleep(POLL_S)
    return moments[n_requests - 1]
