"""`lookalike demo`: the whole service at work on real data, in half a minute."""

import csv
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from lookalike import samples
from lookalike.cli.ending import ended
from lookalike.cli.home import load
from lookalike.cli.show import live_stages
from lookalike.client import Client
from lookalike.errors import InternalError

ROWS_SHOWN, COLUMNS_SHOWN = 5, 5  # what a terminal of 80 columns has room for
STOP_S = 15  # what a service that is told to stop may take


@click.command(short_help="See it work: a service, a job, its output and scores, in half a minute.")
@click.option("-n", "--rows", "n_rows", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
def command(n_rows: int, seed: int) -> int:
    """See it work: a service in a temporary home, a job over HTTP, its output and its scores."""
    home = Path(tempfile.mkdtemp(prefix="lookalike-demo-"))
    console = Console()
    source = samples.path("adult.csv")
    with _service(home) as url:
        _fill(home, source)
        console.print(
            f"service  {url}\nsample   {source.name}: 4,000 rows of Adult census data (CC BY 4.0)", highlight=False
        )
        with Client(url, _token(home)) as client:
            job_id = client.submit(_request(n_rows, seed))["job_id"]
            console.print(
                f"job      {job_id}\n         learn from the sample, write {n_rows:,} new rows\n", highlight=False
            )
            job = live_stages(client.follow(job_id), console)
    if job["status"] == "completed":
        _show(console, home / "buckets" / "demo" / "output")
    return ended(job)


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


def _token(home: Path) -> str:
    from lookalike.access import Principal
    from lookalike.wiring.tokens import tokens

    return tokens(load(home), secrets.randbits).issue(Principal("demo", "demo"), lifetime=timedelta(minutes=10))


def _request(n_rows: int, seed: int) -> dict[str, Any]:
    return {
        "data_type": "tabular",
        "data_size": n_rows,
        "input_format": "csv",
        "output_format": "csv",
        "input_bucket": "demo",
        "output_bucket": "demo",
        "input_path": "sample.csv",
        "output_path": "output/people.csv",
        "project_id": "demo",
        "parameters": {"seed": seed},
    }


def _show(console: Console, folder: Path) -> None:
    """The first rows, the scores, the places."""
    with (folder / "people.csv").open(encoding="utf-8", newline="") as data:
        rows = list(islice(csv.reader(data), ROWS_SHOWN + 1))
    names = [*rows[0][:COLUMNS_SHOWN], f"and {len(rows[0]) - COLUMNS_SHOWN} more"]
    console.print(_table("First rows, nobody's", names, [[*row[:COLUMNS_SHOWN], "…"] for row in rows[1:]]), "")
    report = json.loads((folder / "people.csv.report.json").read_text("utf-8"))
    scores = [[name, _score(f["value"]), _score(f["floor"]), _ideal(f)] for name, f in report["figures"].items()]
    headings = ["", "synthetic", "fresh real", "good is"]
    console.print(_table("Scores, beside those of fresh real rows", headings, scores), "")
    console.print(report["verdict"]["sentence"], "")
    for name, ending in (("data", ""), ("manifest", ".manifest.json"), ("report", ".report.html")):
        console.print(f"{name:<9}{folder / 'people.csv'}{ending}", soft_wrap=True, highlight=False)


def _table(title: str, names: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*row)
    return table


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _ideal(figure: dict[str, Any]) -> str:
    return {"lower": "low", "higher": "high", "half": "0.5"}[figure["direction"]]
