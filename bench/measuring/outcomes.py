"""What peers make of a table: kept results, or measured now; judged by the judge of this run."""

import importlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring.judges import Judge, NotJudged
from bench.measuring.kept import Shelf
from bench.measuring.machine import machine
from bench.measuring.processes import ROOT, failure, say
from bench.measuring.results import Cost, Entry, Failure, Table
from bench.measuring.venvs import NotInstalled, interpreter
from bench.peers import Needs, Peer
from bench.peers.sequences import SequencePeer
from bench.peers.texts import TextPeer

DRAWN = "n rows"


@dataclass(frozen=True)
class Room:
    """
    Where peers are, and what runs one of them.

    Attributes:
        package: Its files are the peers.
        program: What a peer's interpreter runs.
        keyed: Only tables whose description names a key are for them.
    """

    package: str
    program: str
    keyed: bool = False


TABLES = Room("bench.peers", "bench.measuring.peer")
SEQUENCES = Room("bench.peers.sequences", "bench.measuring.sequence_peer", keyed=True)
TEXTS = Room("bench.peers.texts", "bench.measuring.text_peer")


def peers(room: Room = TABLES) -> Iterator[tuple[str, Peer | SequencePeer | TextPeer]]:
    """Names and parts of a room of peers, by name."""
    for path in sorted(ROOT.joinpath(*room.package.split(".")).glob("*.py")):
        if not path.stem.startswith("_"):
            part: Any = importlib.import_module(f"{room.package}.{path.stem}")
            yield path.stem, part


def forget(cache: Path) -> None:
    """Remove all results of peers; their venvs stay."""
    shutil.rmtree(cache / "peers", ignore_errors=True)


def outcomes(tables: list[Table], judge: Judge, cache: Path, room: Room = TABLES) -> Iterator[Entry | Failure]:
    """Every peer of a room on every table; one line for a peer that cannot be installed."""
    for name, part in peers(room):
        try:
            for table in tables:
                if room.keyed and not json.loads((table.folder / "meta.json").read_text("utf-8"))["key"]:
                    yield Failure(part.title, table.name, "it learns from many sequences, not from one")
                else:
                    yield outcome((name, part), table, judge, cache, room)
        except NotInstalled as error:
            yield Failure(part.title, None, str(error))


def outcome(
    peer: tuple[str, Peer | SequencePeer | TextPeer], table: Table, judge: Judge, cache: Path, room: Room = TABLES
) -> Entry | Failure:
    """
    A peer's result on a table.

    Args:
        peer: Its name and its part, see `peers`.

    Raises:
        NotInstalled: its venv could not be made.
    """
    name, part = peer
    shelf = Shelf(cache / "peers" / name / table.name)
    key = key_of(table, part.needs)
    if not shelf.good_for(key):
        command: list[str | Path] = [
            interpreter(part.needs, cache),
            "-m",
            room.program,
            name,
            table.folder,
            shelf.folder,
        ]
        shelf.keep(key, _measured(f"{name} on {table.name}", command, shelf.folder))
    if reason := shelf.failed():
        return Failure(part.title, table.name, reason)
    try:
        return _judged(part.title, table, judge, shelf)
    except NotJudged as error:
        return Failure(part.title, table.name, str(error))


def key_of(table: Table, needs: Needs) -> Mapping[str, Any]:
    """What a kept result holds good for."""
    return {"table": table.digest, "machine": machine(), "needs": [list(step) for step in needs.steps]}


def _measured(what: str, command: Sequence[str | Path], folder: Path) -> str | None:
    """Why the peer failed, or None with its files in the folder, which holds nothing else."""
    say(what)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return failure(command, folder / "peer.log")


def _judged(title: str, table: Table, judge: Judge, shelf: Shelf) -> Entry:
    scores = shelf.scores(judge.title)
    if scores is None:
        scores = judge.scores(table.folder, shelf.folder / "rows.parquet", shelf.folder / "judge.log")
        shelf.keep_scores(judge.title, scores)
    return Entry(title, table.name, Cost.read(shelf.folder / "cost.json"), {DRAWN: scores}, shelf.date())
