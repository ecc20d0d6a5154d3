"""The API joined together: operations on one database, the routes before them."""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import FastAPI

from lookalike import formats, plugins
from lookalike.access import Principal
from lookalike.access.authorization import Authorization
from lookalike.access.keys import secret_keys
from lookalike.access.policy import Policy
from lookalike.access.rates import Rates
from lookalike.access.secret_box import SecretBox
from lookalike.api.app import create_app
from lookalike.api.services import Services
from lookalike.console import Desk
from lookalike.console.links import Links
from lookalike.console.pages import routers
from lookalike.jobs import Limits
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
from lookalike.pipeline.work import Request
from lookalike.settings import Settings
from lookalike.telemetry.metrics import exposition
from lookalike.wiring.dispatching import reach
from lookalike.wiring.models import is_model
from lookalike.wiring.parts import Parts, alive_s, open_parts
from lookalike.wiring.previewing import previewing
from lookalike.wiring.telemetry import Telemetry, open_telemetry
from lookalike.wiring.tokens import issuer
from lookalike.wiring.verifying import authorization, verifier

OWNER = "default"  # whom a sign-in link signs in: the customer that the command speaks for unless told otherwise
LINK_LIFETIME = timedelta(hours=12)
UPLOAD_MAX_BYTES = 5 << 30  # what S3 takes in one request, and only one request can be told to replace nothing


def application(settings: Settings, environ: Mapping[str, str]) -> FastAPI:
    """The API alone, for a server of the caller's."""
    parts = open_parts(settings, environ)
    return api(parts, open_telemetry(settings), previewing(parts, environ).look, environ)


def api(
    parts: Parts, telemetry: Telemetry, look: Callable[[Request], dict[str, Any]], environ: Mapping[str, str]
) -> FastAPI:
    """The API over opened parts; `look` is that of `Previews`."""
    settings = parts.settings
    policy = Policy(settings.auth.require_scopes, settings.buckets, parts.folders, settings.endpoints)
    webhooks = _webhooks(parts, policy)
    jobs = _jobs(parts, policy)
    services = Services(
        jobs=jobs,
        webhooks=webhooks,
        deliveries=Deliveries(parts.deliveries, webhooks),
        previews=Previews(jobs, look),
        artefacts=Artefacts(jobs, policy, parts.buckets, partial(Kept, parts.work_bucket), formats.split_path),
        buckets=Buckets(parts.buckets.names, parts.glances, parts.buckets, policy, parts.audit, formats.split_path),
        audit=Audit(parts.audit, policy),
        health=Health(_sources(parts)),
        measurements=Measurements(
            lambda: (parts.standing(), parts.delivery_standing()), partial(exposition, telemetry.registry)
        ),
        verifier=verifier(settings),
        rates=Rates(settings.server.requests_per_s, parts.clock),
        body_max_bytes=settings.server.body_max_bytes,
        upload_max_bytes=min(settings.jobs.input_max_bytes, UPLOAD_MAX_BYTES),
        draw=secrets.randbits,
        clock=parts.clock,
        observer=telemetry.requests,
    )
    app = create_app(services, routers())
    app.state.desk = desk(services, _links(parts), authorization(settings, environ, secrets.randbits))
    if telemetry.traces is not None:
        app.add_middleware(telemetry.traces.around)
    return app


def desk(services: Services, links: Links | None, authorization: Authorization | None) -> Desk:
    """What the pages need of the same services, and how people sign in."""
    return Desk(
        jobs=services.jobs,
        previews=services.previews,
        artefacts=services.artefacts,
        buckets=services.buckets,
        webhooks=services.webhooks,
        deliveries=services.deliveries,
        audit=services.audit,
        health=services.health,
        verifier=services.verifier,
        rates=services.rates,
        links=links,
        authorization=authorization,
    )


def _links(parts: Parts) -> Links | None:
    """Sign-in links, where tokens are our own."""
    if parts.settings.auth.mode == "issuer":
        return None
    owner = Principal(OWNER, OWNER)
    made = issuer(parts.settings, secrets.randbits)
    return Links(lambda: made.issue(owner, lifetime=LINK_LIFETIME), secrets.randbits, parts.clock.monotonic)


def _jobs(parts: Parts, policy: Policy) -> Jobs:
    jobs = parts.settings.jobs
    rules = Rules(
        formats=plugins.names("lookalike.formats"),
        knows_bucket=policy.knows_bucket,
        rows_max=jobs.rows_max,
        object_rows_max=jobs.object_rows_max,
        timeout_max_s=jobs.timeout_max_s,
        input_max_bytes=jobs.input_max_bytes,
        draw=secrets.randbits,
        knows_endpoint=lambda name: name in parts.endpoints,
        knows_model=partial(is_model, parts.settings.home, parts.settings.models.folder),
    )
    limits = Limits(jobs.running_per_customer, jobs.queued_per_customer)
    wait_s = parts.settings.server.sync_wait_s
    return Jobs(parts.store, parts.glances, policy, rules, limits, wait_s, parts.clock, parts.forget)


def _webhooks(parts: Parts, policy: Policy) -> Webhooks:
    settings = parts.settings
    box = SecretBox(partial(secret_keys, settings.home / "keys"))
    return Webhooks(
        parts.webhook_store, policy, box, reach(settings), settings.webhooks.allow_http, parts.clock, secrets.randbits
    )


def _sources(parts: Parts) -> Sources:
    return Sources(parts.store, parts.delivery_standing, parts.ping, parts.all_glances, alive_s(parts.settings))
