"""What peers make of a table: kept results, or measured now; judged by the judge of this run."""

import importlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.measuring.judges import Judge, NotJudged
from bench.measuring.kept import Shelf
from bench.measuring.machine import machine
from bench.measuring.processes import ROOT, failure, say
from bench.measuring.results import Cost, Entry, Failure, Table
from bench.measuring.venvs import NotInstalled, interpreter
from bench.peers import Needs, Peer

DRAWN = "n rows"


def peers() -> Iterator[tuple[str, Peer]]:
    """Names and parts of the peers' room, by name."""
    for path in sorted((ROOT / "bench" / "peers").glob("*.py")):
        if not path.stem.startswith("_"):
            part: Any = importlib.import_module(f"bench.peers.{path.stem}")
            yield path.stem, part


def forget(cache: Path) -> None:
    """Remove all results of peers; their venvs stay."""
    shutil.rmtree(cache / "peers", ignore_errors=True)


def outcomes(tables: list[Table], judge: Judge, cache: Path) -> Iterator[Entry | Failure]:
    """Every peer on every table; one line for a peer that cannot be installed."""
    for name, part in peers():
        try:
            for table in tables:
                yield outcome(name, part, table, judge, cache)
        except NotInstalled as error:
            yield Failure(part.title, None, str(error))


def outcome(name: str, part: Peer, table: Table, judge: Judge, cache: Path) -> Entry | Failure:
    """
    A peer's result on a table.

    Raises:
        NotInstalled: its venv could not be made.
    """
    shelf = Shelf(cache / "peers" / name / table.name)
    key = key_of(table, part.needs)
    if not shelf.good_for(key):
        shelf.keep(key, _measured(name, part.needs, table, shelf.folder, cache))
    if reason := shelf.failed():
        return Failure(part.title, table.name, reason)
    try:
        return _judged(part.title, table, judge, shelf)
    except NotJudged as error:
        return Failure(part.title, table.name, str(error))


def key_of(table: Table, needs: Needs) -> Mapping[str, Any]:
    """What a kept result holds good for."""
    return {"table": table.digest, "machine": machine(), "needs": [list(step) for step in needs.steps]}


def _measured(name: str, needs: Needs, table: Table, folder: Path, cache: Path) -> str | None:
    """Why the peer failed, or None with its files in the folder, which holds nothing else."""
    python = interpreter(needs, cache)
    say(f"{name} on {table.name}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return failure([python, "-m", "bench.measuring.peer", name, table.folder, folder], folder / "peer.log")


def _judged(title: str, table: Table, judge: Judge, shelf: Shelf) -> Entry:
    scores = shelf.scores(judge.title)
    if scores is None:
        scores = judge.scores(table.folder, shelf.folder / "rows.parquet", shelf.folder / "judge.log")
        shelf.keep_scores(judge.title, scores)
    return Entry(title, table.name, Cost.read(shelf.folder / "cost.json"), {DRAWN: scores}, shelf.date())
