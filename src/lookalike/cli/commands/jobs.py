"""`lookalike jobs`: submit, follow and fetch jobs of a service, over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from lookalike.cli.ending import DONE, ended
from lookalike.cli.options import json_option, tell
from lookalike.cli.service import connected, job_ids
from lookalike.cli.show import artefact_line, event_line, job_line, job_page, show_progress
from lookalike.client import Client
from lookalike.client.answers.jobs import JobActionResponse
from lookalike.client.fetching import parts
from lookalike.client.following import all_events
from lookalike.errors import UsageError

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)

job_argument = click.argument("job_id", shell_complete=job_ids)


@click.group(short_help="Submit, follow and fetch jobs of a service.")
def command() -> None:
    """Submit, follow and fetch jobs of a service: of one here with --home, of any other with --url and --token."""


def _command(act: Callable[..., Any]) -> Callable[..., Any]:
    """A command that is named as its function."""
    return command.command(act.__name__.rstrip("_"), help=act.__doc__)(connected(json_option(act)))


@_command
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--wait", is_flag=True, help="Follow the job to its end.")
def submit(client: Client, file: TextIO, wait: bool, as_json: bool) -> int:
    """Submit a job. FILE holds the JSON body of a create; - reads standard input."""
    answer = client.submit(_request(file))
    if not wait:
        tell(answer, as_json, answer["job_id"])
        return DONE
    if not as_json:
        click.echo(answer["job_id"])
    return _waited(client, answer["job_id"], as_json)


@_command
@job_argument
def wait(client: Client, job_id: str, as_json: bool) -> int:
    """Follow a job to its end; the exit code says how it ended."""
    return _waited(client, job_id, as_json)


@_command
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@click.option("--status", help="Only jobs of this status.")
def list_(client: Client, limit: int, offset: int, status: Any, as_json: bool) -> None:
    """List your jobs, newest first."""
    page = client.jobs(limit=limit, offset=offset, status=status)
    tell(page, as_json, *map(job_line, page["jobs"]))
    if not as_json:
        click.echo(f"{len(page['jobs'])} of {page['total']} jobs", err=True)


@_command
@job_argument
def show(client: Client, job_id: str, as_json: bool) -> None:
    """Show one job: status, stages, times, what it made."""
    job = client.job(job_id)
    tell(job, as_json, job_page(job))


@_command
@job_argument
def events(client: Client, job_id: str, as_json: bool) -> None:
    """List what happened to a job, in order."""
    found = client.run(all_events(job_id))
    tell({"events": found}, as_json, *map(event_line, found))


@_command
@job_argument
def artefacts(client: Client, job_id: str, as_json: bool) -> None:
    """List what an ended job left to be downloaded."""
    found = client.artefacts(job_id)
    tell(found, as_json, *map(artefact_line, found["artefacts"]))


@_command
@job_argument
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--to", "folder", type=FOLDER, default=".", help="Folder to write to.  [default: this one]")
def download(client: Client, job_id: str, names: tuple[str, ...], folder: Path, as_json: bool) -> None:
    """Download what a job left. NAME is as `artefacts` lists it; without one, the parts of the output are meant."""
    chosen = names or [part["name"] for part in parts(client.artefacts(job_id)["artefacts"])]
    if not chosen:
        raise UsageError(f"Job {job_id} has no output.", hint="See what it left with `lookalike jobs artefacts`.")
    files = [str(client.download(job_id, name, folder)) for name in chosen]
    tell({"files": files}, as_json, *files)


@_command
@job_argument
def cancel(client: Client, job_id: str, as_json: bool) -> None:
    """Cancel a job; nothing of it will appear at the output path."""
    _tell_action(client.cancel(job_id), as_json)


@_command
@job_argument
def pause(client: Client, job_id: str, as_json: bool) -> None:
    """Pause a job; what it has done so far is kept."""
    _tell_action(client.pause(job_id), as_json)


@_command
@job_argument
def resume(client: Client, job_id: str, as_json: bool) -> None:
    """Resume a paused job where it stopped."""
    _tell_action(client.resume(job_id), as_json)


@_command
@job_argument
def delete(client: Client, job_id: str, as_json: bool) -> None:
    """Delete all that is kept of an ended job. Record, checkpoints, model and report go; its output stays."""
    _tell_action(client.delete(job_id), as_json)


def _request(file: TextIO) -> dict[str, Any]:
    try:
        request = json.load(file)
    except (ValueError, RecursionError):
        raise UsageError("The file is not valid JSON.") from None
    if not isinstance(request, dict):
        raise UsageError("The file is no JSON object.", hint='Write the body of a create: {"data_type": …}.')
    return request


def _waited(client: Client, job_id: str, as_json: bool) -> int:
    job = show_progress(client.follow(job_id))
    if as_json:
        tell(job, as_json)
    return ended(job)


def _tell_action(answer: JobActionResponse, as_json: bool) -> None:
    tell(answer, as_json, answer.get("message") or "")
