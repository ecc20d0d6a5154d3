"""
Texts: what fitting and drawing cost by each backend, and how near the texts come, beside what others offer, if asked.

LOOKALIKE_DATA names the folder whose ``text/`` has the data sets, without it there is the packaged one;
LOOKALIKE_TEXT_JUDGE a script that says which texts are train and judges beside `lookalike.evaluate`.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Options
from bench.measuring import markdown
from bench.measuring.judges import Judge
from bench.measuring.outcomes import DRAWN, TEXTS, forget, outcomes
from bench.measuring.processes import ROOT, failure, say
from bench.measuring.results import Cost, Entry, Failure, Table
from bench.measuring.showing import show
from bench.measuring.text_judges import OwnTexts, TextScript, find_script
from bench.measuring.text_tasks import TASKS, of_a_folder, of_the_package, of_the_script, shape
from bench.serving.service import NotMeasured

CACHE = ROOT / ".bench"
BACKENDS = ("recurrent", "ngram")  # the first one is the default, which the others are beside
SEED = 7
COSTS = ("fit, CPU s", "texts/s", "peak memory, MB")


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    if options.write and not options.peers:
        return _refused("published figures stand beside the peers'; --write goes with --peers")
    if options.write and not {"LOOKALIKE_DATA", "LOOKALIKE_TEXT_JUDGE"} <= set(os.environ):
        return _refused("published figures come from LOOKALIKE_DATA and LOOKALIKE_TEXT_JUDGE; set both")
    with TemporaryDirectory() as scratch:
        return show("text", partial(_tables, options, Path(scratch)), options)


def _tables(options: Options, scratch: Path) -> Iterator[str]:
    script = find_script(CACHE)
    tasks = _tasks(script, scratch / "tasks")
    if options.fresh:
        forget(CACHE)
    ours = [(task, who, _measured(task, who, scratch / who / task.name)) for task in tasks for who in BACKENDS]
    yield costs(tasks, [(task.name, backend, cost) for task, backend, cost in ours])
    judges: list[Judge] = [OwnTexts(), *([script] if script else [])]
    for judge in judges:
        entries = [_entry(task, backend, cost, judge, scratch) for task, backend, cost in ours]
        theirs = list(outcomes(tasks, judge, CACHE, TEXTS)) if options.peers else []
        yield from document(entries, theirs, judge, costly=judge is judges[0])


def document(ours: Sequence[Entry], theirs: Sequence[Entry | Failure], judge: Judge, *, costly: bool) -> Iterator[str]:
    """What one judge says, in the order in which it is read; what the peers cost is told once, if `costly`."""
    peers = [outcome for outcome in theirs if isinstance(outcome, Entry)]
    default = [entry for entry in ours if entry.who == _title(BACKENDS[0])]
    if peers and costly:
        used = {f"{name} {number}": None for peer in peers for name, number in peer.cost.versions.items()}
        yield f"Peers, measured {min(p.date for p in peers)} or later, with {', '.join(used)}."
        yield markdown.ratios(default, peers)
    if costly and (failed := [outcome for outcome in theirs if isinstance(outcome, Failure)]):
        yield markdown.failures(failed)
    yield f"Judge: {', '.join([judge.title, *(f'{name} {number}' for name, number in judge.versions.items())])}."
    yield markdown.scores(default, [*(entry for entry in ours if entry not in default), *peers])


def costs(tasks: Sequence[Table], ours: Sequence[tuple[str, str, Cost]]) -> str:
    """What ours cost, a line a task and backend."""
    shapes = {task.name: shape(task) for task in tasks}
    told = ((name, backend, markdown.cost(cost)) for name, backend, cost in ours)
    return markdown.grid(
        ("task", "texts", "characters each", "labels", "backend", *COSTS),
        [(name, *(f"{n:,}" for n in shapes[name]), who, cost[0], cost[2], cost[4]) for name, who, cost in told],
    )


def _tasks(script: TextScript | None, folder: Path) -> list[Table]:
    if script is not None:
        return of_the_script(script, folder)
    data = os.environ.get("LOOKALIKE_DATA")
    return of_a_folder(Path(data) / "text", folder) if data else of_the_package(folder)


def _measured(task: Table, backend: str, out: Path) -> Cost:
    """
    The cost that a process of `measuring.our_texts` found.

    Raises:
        NotMeasured: it did not end well.
    """
    say(f"Lookalike, {backend}, on {task.name}: {TASKS[task.name][2]:,} texts")
    out.mkdir(parents=True)
    log = CACHE / "logs" / f"{task.name}-{backend}.log"
    words = (task.folder, out, backend, str(SEED))
    if reason := failure([sys.executable, "-m", "bench.measuring.our_texts", *words], log):
        raise NotMeasured(f"'{backend}' on {task.name} {reason}; see {log.relative_to(ROOT)}")
    return Cost.read(out / "cost.json")


def _entry(task: Table, backend: str, cost: Cost, judge: Judge, scratch: Path) -> Entry:
    log = CACHE / "logs" / f"{task.name}-{backend}-judge.log"
    scores = judge.scores(task.folder, scratch / backend / task.name / "rows.parquet", log)
    return Entry(_title(backend), task.name, cost, {DRAWN: scores}, datetime.now(UTC).date().isoformat())


def _title(backend: str) -> str:
    return f"Lookalike {backend}"


def _refused(reason: str) -> int:
    say(reason)
    return 1
