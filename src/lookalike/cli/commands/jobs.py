"""`lookalike jobs`: submit and follow jobs of a service, over HTTP."""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from lookalike.cli.ending import DONE, ended
from lookalike.cli.home import load
from lookalike.cli.show import job_line, job_page, show_progress
from lookalike.client import Client
from lookalike.errors import UsageError


@click.group(short_help="Submit and follow jobs of a service.")
def command() -> None:
    """Submit and follow jobs of a service."""


def _connected(act: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the client that --url and --token, or --home, say."""

    @command.command(act.__name__.rstrip("_"), help=act.__doc__)
    @click.option("--url", help="Where the service listens.  [default: as --home says]")
    @click.option("--token", help="A bearer token.  [default: one made with --home]")
    @click.option("--home", type=click.Path(path_type=Path), help="Home folder of the service.")
    @click.option("--customer", default="default", show_default=True, help="With --home: whom to speak for.")
    @wraps(act)
    def connected(url: str | None, token: str | None, home: Path | None, customer: str, **rest: Any) -> Any:
        with _client(url, token, home, customer) as client:
            return act(client, **rest)

    return connected


@_connected
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--wait", is_flag=True, help="Follow the job to its end.")
def submit(client: Client, file: Any, wait: bool) -> int:
    """Submit a job: FILE holds the JSON body of a create, - reads standard input."""
    try:
        request = json.load(file)
    except ValueError:
        raise UsageError("The file is not valid JSON.") from None
    answer = client.submit(request, idempotency_key=secrets.token_hex(16))
    click.echo(answer["job_id"])
    if not wait:
        return DONE
    return ended(show_progress(client.follow(answer["job_id"])))


@_connected
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@click.option("--status", help="Only jobs of this status.")
@click.option("--json", "as_json", is_flag=True, help="Print the API's answer.")
def list_(client: Client, limit: int, offset: int, status: str | None, as_json: bool) -> None:
    """List your jobs, newest first."""
    page = client.jobs(limit=limit, offset=offset, status=status)
    if as_json:
        click.echo(json.dumps(page, indent=2))
        return
    for job in page["jobs"]:
        click.echo(job_line(job))
    click.echo(f"{len(page['jobs'])} of {page['total']} jobs", err=True)


@_connected
@click.argument("job_id")
@click.option("--json", "as_json", is_flag=True, help="Print the API's answer.")
def show(client: Client, job_id: str, as_json: bool) -> None:
    """Show one job: status, stages, times, what it made."""
    job = client.job(job_id)
    click.echo(json.dumps(job, indent=2) if as_json else job_page(job))


@_connected
@click.argument("job_id")
def cancel(client: Client, job_id: str) -> None:
    """Cancel a job; nothing of it will appear at the output path."""
    click.echo(client.act(job_id, "cancel")["message"])


@_connected
@click.argument("job_id")
def pause(client: Client, job_id: str) -> None:
    """Pause a job; what it has done so far is kept."""
    click.echo(client.act(job_id, "pause")["message"])


@_connected
@click.argument("job_id")
def resume(client: Client, job_id: str) -> None:
    """Resume a paused job where it stopped."""
    click.echo(client.act(job_id, "resume")["message"])


@_connected
@click.argument("job_id")
def delete(client: Client, job_id: str) -> None:
    """Delete an ended job's record, checkpoints, model and report; its output stays."""
    click.echo(client.delete(job_id)["message"])


def _client(url: str | None, token: str | None, home: Path | None, customer: str) -> Client:
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
