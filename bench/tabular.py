"""
The tabular engine: what fitting and drawing cost, and how near the rows come; beside what others offer, if asked.

Real tables come from the folder that LOOKALIKE_DATA names (``tabular/NAME/{train,holdout}.parquet``, ``meta.json``);
without it, from the packaged sample. LOOKALIKE_JUDGE names the script that judges; without it, `lookalike.evaluate`
does. Venvs, peers' results and logs are kept in ``.bench/``.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Options
from bench.measuring import markdown, page
from bench.measuring.judges import Judge, NotJudged, find_judge
from bench.measuring.machine import machine
from bench.measuring.outcomes import forget, outcomes
from bench.measuring.processes import ROOT, failure, say
from bench.measuring.results import Cost, Entry, Failure, Shape, Table
from bench.measuring.venvs import NotInstalled, versions
from lookalike import __version__

CACHE = ROOT / ".bench"
PAGE = ROOT / "docs" / "benchmarks.md"
DRAWN = {"n": "n rows", "independent": "n of 10 n"}  # file and title of each way of drawing
MIND = ("numba", "numpy", "polars")  # what our figures depend on besides our own version


class NotMeasured(Exception):
    """A process of ours did not end well; the message says how, and where its log is."""


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    if options.write and not options.peers:
        return _refused("published figures stand beside the peers'; --write goes with --peers")
    if options.write and not {"LOOKALIKE_DATA", "LOOKALIKE_JUDGE"} <= set(os.environ):
        return _refused("published figures come from LOOKALIKE_DATA and LOOKALIKE_JUDGE; set both")
    try:
        with TemporaryDirectory() as scratch:
            text = measured(options, Path(scratch))
        print(text)
        if options.write:
            page.put(PAGE, "tabular", text)
    except (NotInstalled, NotJudged, NotMeasured, page.NoPlace) as error:
        return _refused(str(error))
    return 0


def measured(options: Options, scratch: Path) -> str:
    """The tables as Markdown."""
    judge, tables = find_judge(CACHE), find_tables(scratch)
    ours = [entry(table, judge, _folder(scratch / "ours" / table.name)) for table in tables]
    shapes = {t.name: Shape(**_json(scratch / "ours" / t.name / "shape.json")) for t in tables}
    if options.fresh:
        forget(CACHE)
    theirs = list(outcomes(tables, judge, CACHE)) if options.peers else []
    return document(ours, shapes, theirs, judge)


def document(ours: list[Entry], shapes: dict[str, Shape], theirs: Sequence[Entry | Failure], judge: Judge) -> str:
    """All there is to tell, in the order in which it is read."""
    peers = [outcome for outcome in theirs if isinstance(outcome, Entry)]
    failed = [outcome for outcome in theirs if isinstance(outcome, Failure)]
    parts = [ours_facts(ours, judge), markdown.costs(ours, shapes)]
    if peers:
        parts += [peers_facts(peers), markdown.ratios(ours, peers)]
    parts.append(markdown.failures(failed))
    return "\n\n".join(part for part in [*parts, markdown.scores(ours, peers)] if part)


def ours_facts(ours: list[Entry], judge: Judge) -> str:
    """When, with what and on what our figures were taken, and who judged."""
    used = versions(MIND, Path(sys.executable))
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    judged = _versions({judge.title: "", **judge.versions})
    return (
        f"Measured {_dates(ours)}: {_versions({'Lookalike': __version__, **used})}, {python}; {machine()}. "
        f"Judge: {judged}."
    )


def peers_facts(peers: list[Entry]) -> str:
    """When and in which versions the peers were measured."""
    by_versions: dict[str, dict[str, None]] = {}
    for peer in peers:
        by_versions.setdefault(_versions(peer.cost.versions), {})[peer.who] = None
    told = (f"{', '.join(who)}: {used}" for used, who in by_versions.items())
    return f"Peers, measured {_dates(peers)}. {'; '.join(told)}."


def find_tables(scratch: Path) -> list[Table]:
    """The tables of this run, by name."""
    if "LOOKALIKE_DATA" not in os.environ:
        folder = _folder(scratch / "sample")
        task("sample", folder, folder, "sample")
        return [Table("sample", folder)]
    found = sorted(Path(os.environ["LOOKALIKE_DATA"], "tabular").resolve().glob("*/meta.json"))
    if not found:
        raise NotMeasured("LOOKALIKE_DATA has no folder tabular/NAME with a meta.json")
    return [Table(path.parent.name, path.parent) for path in found]


def entry(table: Table, judge: Judge, out: Path) -> Entry:
    """Ours on a table."""
    say(f"Lookalike on {table.name}")
    for name in ("fit", "memory", "draw"):
        task(name, table.folder, out, table.name)
    cost = Cost.read(*(out / f"{name}.json" for name in ("fit", "memory", "draw")))
    scores = {
        title: judge.scores(table.folder, out / f"{file}.parquet", _log(table.name, f"judge-{file}"))
        for file, title in DRAWN.items()
    }
    return Entry("Lookalike", table.name, cost, scores, datetime.now(UTC).date().isoformat())


def task(name: str, folder: Path, out: Path, table: str) -> None:
    """
    Do a task of `measuring.ours` in a process of its own.

    Raises:
        NotMeasured: it failed.
    """
    log = _log(table, name)
    if reason := failure([sys.executable, "-m", "bench.measuring.ours", name, folder, out], log):
        raise NotMeasured(f"the task '{name}' on {table} {reason}; see {log.relative_to(ROOT)}")


def _log(table: str, name: str) -> Path:
    return CACHE / "logs" / f"{table}-{name}.log"


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def _json(path: Path) -> dict[str, int]:
    value: dict[str, int] = json.loads(path.read_text("utf-8"))
    return value


def _dates(entries: Sequence[Entry]) -> str:
    """The day, or the first and the last."""
    return " to ".join(sorted({min(e.date for e in entries), max(e.date for e in entries)}))


def _versions(told: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}".strip() for name, number in told.items())


def _refused(reason: str) -> int:
    say(reason)
    return 1
