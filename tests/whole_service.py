"""A whole service for tests: real SQLite ledger, real folders, real keys; only names are not asked of the network."""

import asyncio
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from prometheus_client import CollectorRegistry

from lookalike import formats
from lookalike.access import Principal
from lookalike.access.claims import Names
from lookalike.access.keys import secret_keys, token_key
from lookalike.access.policy import Policy
from lookalike.access.rates import Rates
from lookalike.access.secret_box import SecretBox
from lookalike.access.tokens import OURS, Issuer, OwnKey, Reader
from lookalike.api.app import create_app
from lookalike.api.services import Services
from lookalike.clock import Clock, SystemClock
from lookalike.console.links import Links
from lookalike.console.pages import routers
from lookalike.jobs import Limits
from lookalike.ledger.audit import SqlAuditStore
from lookalike.ledger.database import open_engine, reading, upgrade
from lookalike.ledger.deliveries import SqlDeliveryStore
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.standing import delivery_standing, standing
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.net.addresses import allowed
from lookalike.net.reach import Reach
from lookalike.operations.artefacts import Artefacts
from lookalike.operations.audit import Audit
from lookalike.operations.buckets import Buckets
from lookalike.operations.deliveries import Deliveries
from lookalike.operations.health import Health, Sources
from lookalike.operations.jobs import Jobs
from lookalike.operations.measurements import Measurements
from lookalike.operations.previews import Previews
from lookalike.operations.submission import Rules
from lookalike.operations.webhooks import Webhooks
from lookalike.pipeline.artefacts import Artefacts as Kept
from lookalike.pipeline.context import Ceilings
from lookalike.pipeline.previewing import preview
from lookalike.settings import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.telemetry.metrics import RequestMetrics, exposition
from lookalike.wiring.service import desk

FORMATS = ("arrow", "csv", "json", "jsonl", "parquet", "txt")
HOSTS = {"hooks.example.com": ("93.184.215.14",), "inside.example.com": ("93.184.215.14", "10.0.0.7")}
BODY_MAX_BYTES = 300_000
UPLOAD_MAX_BYTES = 5_000_000


class Client:
    """Speaks HTTP to an application, one request after another, on a loop of its own."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._runner = asyncio.Runner()
        transport = ASGITransport(app, raise_app_exceptions=False)
        self._client = AsyncClient(transport=transport, base_url="http://service.test")

    def request(self, verb: str, path: str, **given: Any) -> Response:
        return self._runner.run(self._client.request(verb, path, **given))

    def get(self, path: str, **given: Any) -> Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> Response:
        return self.request("POST", path, **given)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@dataclass
class Service:
    """A running service and those who call it."""

    home: Path
    services: Services
    store: SqlJobStore
    tokens: Issuer
    client: Client

    def headers(self, customer: str = "alice", **limits: Any) -> dict[str, str]:
        principal = Principal(customer, f"{customer}@example.com", **limits)
        return {"Authorization": f"Bearer {self.tokens.issue(principal, lifetime=timedelta(hours=1))}"}

    def body(self, **changes: Any) -> dict[str, Any]:
        value: dict[str, Any] = {
            "data_type": "tabular",
            "data_size": 100,
            "input_format": "csv",
            "output_format": "parquet",
            "input_bucket": "data",
            "output_bucket": "data",
            "input_path": "in/adult.csv",
            "output_path": f"out/{secrets.token_hex(4)}.parquet",
            "project_id": "p1",
        }
        return {**value, **changes}

    def create(self, customer: str = "alice", **changes: Any) -> Response:
        return self.client.post("/api/v2/jobs", json=self.body(**changes), headers=self.headers(customer))

    def job(self, customer: str = "alice", **changes: Any) -> str:
        answer = self.create(customer, **changes)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def get(self, path: str, customer: str = "alice") -> Response:
        return self.client.get(path, headers=self.headers(customer))

    def post(self, path: str, customer: str = "alice", **given: Any) -> Response:
        return self.client.post(path, headers=self.headers(customer), **given)


def resolve(host: str) -> tuple[str, ...]:
    """The names tests know."""
    if host not in HOSTS:
        raise OSError(host)
    return HOSTS[host]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def make(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Service]]:
    """Makes services; keyword arguments change what they are made of."""
    closing: list[Callable[[], object]] = []

    def made(**changes: Any) -> Service:
        service, close = _service(tmp_path, empty_database, **changes)
        closing.extend([close, service.client.close])
        return service

    yield made
    for close in closing:
        close()


@pytest.fixture
def service(make: Callable[..., Service]) -> Service:
    return make()


def _service(
    home: Path,
    empty_database: Path,
    *,
    clock: Clock | None = None,
    require_scopes: bool = False,
    waiting: int = 1000,
    sync_wait_s: float = 0.3,
    allow: tuple[str, ...] = (),
    allow_http: bool = False,
    requests_per_s: float = 1_000_000,
) -> tuple[Service, Callable[[], object]]:
    clock = clock or SystemClock()
    shutil.copy(empty_database, home / "ledger.db")
    engine = open_engine(f"sqlite:///{home / 'ledger.db'}")
    store, hooks = SqlJobStore(engine, timedelta(days=30), lambda connection: clock.now()), SqlWebhookStore(engine)
    (home / "buckets" / "data" / "in").mkdir(parents=True, exist_ok=True)
    (home / "buckets" / "data" / "in" / "adult.csv").write_text("a,b\n1,2\n")
    rights = {"vault": Bucket(url="file:vault", read=("alice",), write=("alice", "carol"))}
    (home / "vault").mkdir(exist_ok=True)
    (home / "vault" / "adult.csv").write_text("a,b\n1,2\n")
    buckets = NamedBuckets(home, {name: (bucket.url, bucket.options) for name, bucket in rights.items()})
    policy = Policy(require_scopes, rights, buckets.names)
    rules = Rules(FORMATS, policy.knows_bucket, 1_000_000_000, 50_000_000, 86_400, 1_000_000, secrets.randbits)
    key = token_key(home / "keys")
    tokens = Issuer(key, Names(), clock, secrets.randbits)
    reach, box = Reach(allowed(allow), resolve), SecretBox(lambda: secret_keys(home / "keys"))

    def ping() -> None:
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT 1")

    sources = Sources(store, lambda: delivery_standing(engine), ping, lambda: [buckets[n] for n in buckets.names()], 30)
    registry = CollectorRegistry()
    webhooks = Webhooks(hooks, policy, box, reach, allow_http, clock, secrets.randbits)
    work = open_bucket("work", "file:work", {}, home)
    jobs = Jobs(store, buckets, policy, rules, Limits(4, waiting), sync_wait_s, clock, lambda job_id: None)
    services = Services(
        jobs=jobs,
        webhooks=webhooks,
        deliveries=Deliveries(SqlDeliveryStore(engine, lambda connection: clock.now()), webhooks),
        previews=Previews(jobs, lambda request: preview(request, buckets, Ceilings(), 1)),
        artefacts=Artefacts(jobs, policy, buckets, partial(Kept, work), formats.split_path),
        buckets=Buckets(buckets.names, buckets, buckets, policy, SqlAuditStore(engine), formats.split_path),
        audit=Audit(SqlAuditStore(engine), policy),
        health=Health(sources),
        measurements=Measurements(
            lambda: (standing(engine, 30), delivery_standing(engine)), partial(exposition, registry), timeout_s=0.5
        ),
        rates=Rates(requests_per_s, clock),
        verifier=Reader(Names(), frozenset({OURS}), OwnKey(key), clock),
        body_max_bytes=BODY_MAX_BYTES,
        upload_max_bytes=UPLOAD_MAX_BYTES,
        draw=secrets.randbits,
        clock=clock,
        observer=RequestMetrics(registry),
    )
    app = create_app(services, routers())
    links = Links(
        lambda: tokens.issue(Principal("alice", "link"), lifetime=timedelta(hours=1)), secrets.randbits, clock.monotonic
    )
    app.state.desk = desk(services, links, None)
    client = Client(app)
    return Service(home, services, store, tokens, client), engine.dispose
