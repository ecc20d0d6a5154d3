"""
Time series: what fitting and drawing cost, and how near the sequences come, beside what others offer, if asked.

LOOKALIKE_SEQUENCE_JUDGE names the script that has the tasks and judges them, LOOKALIKE_DATA the folder whose
``time_series/`` it reads; without the script there is one task, the packaged storms, and `lookalike.evaluate` judges.
Venvs, peers' results and logs are kept in ``.bench/``.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench import Options
from bench.measuring import markdown
from bench.measuring.outcomes import SEQUENCES, forget, outcomes
from bench.measuring.processes import ROOT, failure, say
from bench.measuring.results import Cost, Entry, Failure, Table
from bench.measuring.sequence_judges import SequenceJudge, find_judge
from bench.measuring.sequence_scale import CASES
from bench.measuring.sequence_tasks import of_the_judge, of_the_package, shape
from bench.measuring.showing import show
from bench.serving.service import NotMeasured

CACHE = ROOT / ".bench"
SEEDS = (7, 8, 9)
COSTS = ("fit, CPU s", "decoded, rows/s", "as Parquet, rows/s", "peak memory, MB")


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    if options.write and not options.peers:
        return _refused("published figures stand beside the peers'; --write goes with --peers")
    if options.write and not {"LOOKALIKE_DATA", "LOOKALIKE_SEQUENCE_JUDGE"} <= set(os.environ):
        return _refused("published figures come from LOOKALIKE_DATA and LOOKALIKE_SEQUENCE_JUDGE; set both")
    with TemporaryDirectory() as scratch:
        return show("time series", partial(_tables, options, Path(scratch)), options)


def _tables(options: Options, scratch: Path) -> Iterator[str]:
    judge = find_judge(CACHE)
    tasks = of_the_package(scratch / "tasks") if judge.script is None else of_the_judge(judge, scratch / "tasks")
    if options.fresh:
        forget(CACHE)
    ours = [entry(task, judge, scratch / "ours" / task.name) for task in tasks]
    theirs = list(outcomes(tasks, judge, CACHE, SEQUENCES)) if options.peers else []
    yield f"Judge: {', '.join([judge.title, *(f'{name} {number}' for name, number in judge.versions.items())])}."
    yield from document(tasks, ours, theirs)
    yield scale(scratch / "scale")


def document(tasks: Sequence[Table], ours: Sequence[Entry], theirs: Sequence[Entry | Failure]) -> Iterator[str]:
    """All there is to tell, in the order in which it is read."""
    peers = [outcome for outcome in theirs if isinstance(outcome, Entry)]
    yield costs(tasks, ours)
    if peers:
        used = {f"{name} {number}": None for peer in peers for name, number in peer.cost.versions.items()}
        yield f"Peers, measured {min(p.date for p in peers)} or later, with {', '.join(used)}."
        yield markdown.ratios(ours, peers)
    if failed := [outcome for outcome in theirs if isinstance(outcome, Failure)]:
        yield markdown.failures(failed)
    yield markdown.scores(ours, peers)


def costs(tasks: Iterable[Table], ours: Sequence[Entry]) -> str:
    """What ours cost, a line a task; means over the seeds."""
    shapes = {task.name: shape(task) for task in tasks}
    return markdown.grid(
        ("task", "sequences", "rows", "columns", *COSTS),
        [
            (e.table, *(f"{n:,}" for n in shapes[e.table]), *(markdown.cost(e.cost)[i] for i in (0, 2, 3, 4)))
            for e in ours
        ],
    )


def scale(out: Path) -> str:
    """What many sequences cost, a line a case."""
    rows = []
    for case in CASES:
        say(f"Lookalike on {case}")
        folder = out / case
        folder.mkdir(parents=True)
        _run("bench.measuring.sequence_scale", (case, folder), f"scale-{case}")
        n_rows, cost = json.loads((folder / "rows.json").read_text("utf-8")), Cost.read(folder / "cost.json")
        told = markdown.cost(cost)
        rows.append((CASES[case][0], f"{n_rows:,}", told[0], told[3], told[4]))
    return markdown.grid(("at scale", "rows", *(COSTS[i] for i in (0, 2, 3))), rows)


def entry(task: Table, judge: SequenceJudge, out: Path) -> Entry:
    """Ours on a task: a process for each seed, and one for the peak of memory."""
    say(f"Lookalike on {task.name}")
    measured = [_done(task, out / str(seed), "draw", seed) for seed in SEEDS]
    peak = _done(task, out / "memory", "memory", SEEDS[0])
    scores = {
        f"seed {seed}": judge.scores(
            task.folder, out / str(seed) / "rows.parquet", CACHE / "logs" / f"{task.name}-judge-{seed}.log"
        )
        for seed in SEEDS
    }
    fit_s, decoded, written = (
        mean(getattr(cost, name) for cost in measured) for name in ("fit_s", "decoded_per_s", "written_per_s")
    )
    cost = Cost(fit_s, peak.peak_bytes, decoded, written_per_s=written)
    return Entry("Lookalike", task.name, cost, scores, datetime.now(UTC).date().isoformat())


def _done(task: Table, out: Path, name: str, seed: int) -> Cost:
    """
    The cost that a process of `measuring.our_sequences` found.

    Raises:
        NotMeasured: it did not end well.
    """
    out.mkdir(parents=True)
    _run("bench.measuring.our_sequences", (name, task.folder, out, str(seed)), f"{task.name}-{name}-{seed}")
    return Cost.read(out / "cost.json")


def _run(module: str, words: Sequence[str | Path], name: str) -> None:
    """
    A process of one thread.

    Raises:
        NotMeasured: it did not end well.
    """
    log = CACHE / "logs" / f"{name}.log"
    if reason := failure([sys.executable, "-m", module, *words], log):
        raise NotMeasured(f"'{name}' {reason}; see {log.relative_to(ROOT)}")


def _refused(reason: str) -> int:
    say(reason)
    return 1
