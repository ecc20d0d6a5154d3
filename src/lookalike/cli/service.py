"""Which service a command speaks to, over HTTP."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lookalike.cli.home import load
from lookalike.client import Client, calls
from lookalike.errors import LookalikeError, UsageError

OFFERED = 20  # ids of jobs that a shell is offered


def connected(act: Callable[..., Any]) -> Callable[..., Any]:
    """Gives what a command does the client that --url and --token, or --home, say."""

    @click.option("--url", help="Where the service listens.  [default: as --home says]")
    @click.option("--token", help="A bearer token.  [default: one made with --home]")
    @click.option("--home", type=click.Path(path_type=Path), help="Home folder of the service.")
    @click.option("--customer", default="default", show_default=True, help="With --home: whom to speak for.")
    @wraps(act)
    def with_client(url: str | None, token: str | None, home: Path | None, customer: str, **rest: Any) -> Any:
        with connect(url, token, home, customer) as client:
            return act(client, **rest)

    return with_client


def connect(url: str | None, token: str | None, home: Path | None, customer: str) -> Client:
    """
    A client of the service that the options name.

    Raises:
        UsageError: they name none.
    """
    if home is None:
        if url is None or token is None:
            raise UsageError("Which service?", hint="Give --home, or --url and --token.")
        return Client(url, token)
    from lookalike.access import Principal
    from lookalike.wiring.tokens import issuer

    settings = load(home)
    url = url or f"http://{settings.server.host}:{settings.server.port}"
    made = issuer(settings, secrets.randbits).issue(Principal(customer, customer), lifetime=timedelta(hours=1))
    return Client(url, token or made)


def job_ids(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest jobs, for a shell; none if it is not clear which service is meant, or it does not answer."""
    url, token, home = (ctx.params.get(name) for name in ("url", "token", "home"))
    if home is not None and not home.is_dir():
        return []
    try:
        with connect(url, token, home, ctx.params.get("customer") or "default") as client:
            jobs = client.run(replace(calls.jobs(limit=OFFERED), tries=1))["jobs"]  # nobody waits for a key
    except LookalikeError:
        return []
    return [CompletionItem(job["job_id"], help=job["status"]) for job in jobs if job["job_id"].startswith(incomplete)]
