"""`lookalike demo`: the whole service at work on real data, in half a minute."""

import base64
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lookalike import samples
from lookalike.cli.demos import Demo, find, show_places, show_scores
from lookalike.cli.ending import ended
from lookalike.cli.home import load
from lookalike.cli.options import json_option, tell
from lookalike.cli.show import live_stages
from lookalike.client import Client
from lookalike.clock import SystemClock
from lookalike.errors import InternalError
from lookalike.settings import FILE
from lookalike.webhooks import EventType
from lookalike.webhooks.listener import Heard, listening

STOP_S = 15  # what a service that is told to stop may take
ENDS = (EventType.COMPLETED, EventType.FAILED)
HEAR_S = 5.0  # how long the last message may be on its way
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
SETTINGS = '[webhooks]\nallow = ["127.0.0.1"]\nallow_http = true\n'


@click.command(short_help="See it work: a service, a job, its output, in half a minute.")
@click.argument("data_type", type=click.Choice(["tabular", "time_series", "text"]), default="tabular")
@click.option("-n", "--rows", "n_rows", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@json_option
def command(data_type: str, n_rows: int, seed: int, as_json: bool) -> int:
    """
    See it work: a service in a temporary home, a job over HTTP, its webhooks, its output and its scores.

    Of people in a census (tabular, when nothing is named), of the tracks of storms (time_series), or of
    questions to a bank (text).
    """
    demo = find(data_type)
    home = Path(tempfile.mkdtemp(prefix="lookalike-demo-"))
    console = Console(quiet=as_json)
    source = samples.path(demo.sample)
    _fill(home, source)
    heard = list[Heard]()
    with listening(0, SECRET, SystemClock(), heard.append) as receiver, _service(home) as url:
        console.print(f"service  {url}\nsample   {source.name}: {demo.told}", highlight=False)
        with Client(url, _token(home)) as client:
            client.register_webhook(receiver, [event.value for event in EventType], SECRET)
            job_id = client.submit(_request(demo, n_rows, seed))["job_id"]
            console.print(
                f"job      {job_id}\n         learn from the sample, write {n_rows:,} new rows\n", highlight=False
            )
            job = live_stages(client.follow(job_id), console)
        _wait_for_the_last(heard)
        console.print(f"webhooks {_told(heard)}\n         at {receiver}\n", highlight=False)
    output = home / "buckets" / "demo" / "output" / demo.output
    if as_json:
        tell({"job": job, "output": str(output), "webhooks": [each.message for each in heard]}, as_json)
    elif job["status"] == "completed":
        demo.show(console, source, output)
        show_scores(console, output.with_name(f"{output.name}.report.json"))
        show_places(console, output)
    return ended(job)


def _wait_for_the_last(heard: Sequence[Heard]) -> None:
    """The job's end is told a moment after it is there to be seen."""
    clock = SystemClock()
    end = clock.monotonic() + HEAR_S
    while clock.monotonic() < end and not any(kind in ENDS for kind in map(_kind, heard)):
        clock.sleep(0.05)


def _told(heard: Sequence[Heard]) -> str:
    """What arrived, and whether its signatures were right."""
    counts = Counter(_kind(each).removeprefix("job.") for each in heard)
    n_verified = sum(each.refused is None for each in heard)
    kinds = ", ".join(f"{n_times} {kind}" for kind, n_times in counts.items())
    return f"{len(heard)} messages, {n_verified} of them verified: {kinds}"


def _kind(each: Heard) -> str:
    return str((each.message or {}).get("type"))


@contextmanager
def _service(home: Path) -> Iterator[str]:
    """A running service's URL; no process of it is left afterwards."""
    command = [sys.executable, "-m", "lookalike", "serve", "--home", str(home), "--port", "0"]
    with (home / "service.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)  # the log outlives our handle on it
    try:
        url = process.stdout.readline().decode().strip() if process.stdout else ""
        if not url:
            raise InternalError("The service did not start.", hint=f"See {home / 'service.log'}.")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _fill(home: Path, source: Path) -> None:
    bucket = home / "buckets" / "demo"
    bucket.mkdir(parents=True)
    shutil.copy(source, bucket / "sample.csv")
    (home / FILE).write_text(SETTINGS, "utf-8")


def _token(home: Path) -> str:
    from lookalike.access import Principal
    from lookalike.wiring.tokens import issuer

    return issuer(load(home), secrets.randbits).issue(Principal("demo", "demo"), lifetime=timedelta(minutes=10))


def _request(demo: Demo, n_rows: int, seed: int) -> dict[str, Any]:
    return {
        "data_type": demo.data_type,
        "data_size": n_rows,
        "input_format": "csv",
        "output_format": "csv",
        "input_bucket": "demo",
        "output_bucket": "demo",
        "input_path": "sample.csv",
        "output_path": f"output/{demo.output}",
        "project_id": "demo",
        "parameters": {**demo.parameters, "seed": seed},
    }
