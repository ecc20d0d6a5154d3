"""What a job made, fetched."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lookalike.client import calls, frames
from lookalike.client.answers.jobs import Artefact
from lookalike.client.asking import Flow, Work, ask, fetch
from lookalike.client.landing import landing_at
from lookalike.client.report import Report
from lookalike.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def download(job_id: str, name: str, path: str | Path) -> Flow[Path]:
    """
    Write an artefact to a local file, whatever its size; what breaks off is gone on with. Returns where it is.

    Args:
        name: As `artefacts` lists it.
        path: Of the file; in a folder it has the artefact's name.

    Raises:
        UsageError: there is no such artefact, or it cannot be written there.
        DownloadDamaged: what arrived has another SHA-256 than the list says.
    """
    listed = yield from ask(calls.artefacts(job_id))
    found = {each["name"]: each for each in listed["artefacts"]}
    if name not in found:
        raise UsageError(f"Job {job_id} has no artefact '{name}'.", hint=f"Known: {', '.join(found) or 'none'}.")
    place = Path(path)
    return (yield from _save(job_id, found[name], place / Path(name).name if place.is_dir() else place))


def result(job_id: str) -> "Flow[pl.DataFrame]":
    """
    The rows that a job made, as a polars frame.

    Raises:
        UsageError: there are none, or their format is no table; download them.
    """
    listed = yield from ask(calls.artefacts(job_id))
    found = parts(listed["artefacts"])
    if not found:
        raise UsageError(f"Job {job_id} has no output.", hint="Wait until it is completed.")
    file_format = frames.format_of_part(found[0]["name"])
    with TemporaryDirectory(prefix="lookalike-") as folder:
        paths: list[Path] = []
        for n, part in enumerate(found):
            paths.append((yield from _save(job_id, part, Path(folder, str(n)))))
        rows: pl.DataFrame = yield Work(partial(frames.read, paths, file_format))
    return rows


def report(job_id: str) -> Flow[Report]:
    """How a job's output compares with its input; a notebook shows it."""
    html = yield from ask(calls.artefact(job_id, "report.html"))
    figures = yield from ask(calls.artefact(job_id, "report.json"))
    return Report(html.decode(), json.loads(figures))


def parts(artefacts: Sequence[Artefact]) -> list[Artefact]:
    """Those artefacts that are the output, in its order."""
    found = [each for each in artefacts if each["rows"] is not None]
    return sorted(found, key=lambda each: (len(each["name"]), each["name"]))


def _save(job_id: str, artefact: Artefact, path: Path) -> Flow[Path]:
    with landing_at(path, artefact["sha256"]) as landing:
        yield from fetch(calls.artefact(job_id, artefact["name"]), landing)
    return path
