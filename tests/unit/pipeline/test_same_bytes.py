"""The same bytes, whoever does the work and in whatever order."""

import os
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest

from here import Quiet
from lookalike.compute import Executor, Json
from lookalike.compute.claims import Claims, shared_file
from lookalike.compute.local import LocalExecutor, WorkerCommand
from lookalike.data.parameters import TabularParameters, checked
from lookalike.engines import BLOCK_ROWS
from lookalike.pipeline.context import Context
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Request, Work
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION
from lookalike.wiring.worker import process_env

N_ROWS = 3 * BLOCK_ROWS + 10  # as many blocks as it takes for workers to be started
PART_ROWS = 2 * BLOCK_ROWS - 7  # so that a part begins within a block
RULES = [
    {"type": "sum", "columns": ["net", "tax"], "equals": "gross"},
    {"type": "less_equal", "columns": ["tax", "net"]},
    {"type": "unique", "columns": ["city", "net", "tax"]},
]


class Shuffled:
    """An executor that does items here, in mixed order."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def map(self, task: str, items: Sequence[Json], order: object = None) -> Iterator[Json]:
        numbers = list(range(len(items)))
        random.Random(4).shuffle(numbers)
        done = {number: self._tasks.run(task, items[number]) for number in numbers}
        return (done[number] for number in range(len(items)))

    def rest(self) -> None:
        """Nothing stands ready."""


class Ordered:
    """An executor that does items here in the order it is told, and remembers what `generate` did."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self.done: list[Json] = []

    def map(self, task: str, items: Sequence[Json], order: Sequence[int] | None = None) -> Iterator[Json]:
        done = {}
        for number in order or range(len(items)):
            done[number] = self._tasks.run(task, items[number])
            if task == "write_or_draw":
                self.done.append(items[number].get("part", {}).get("index", f"block {items[number]['block']}"))
        return (done[number] for number in range(len(items)))

    def rest(self) -> None:
        """Nothing stands ready."""


def table() -> pl.DataFrame:
    rows = pl.int_range(1_500, eager=True)
    net = (rows * 7_919 % 100_003 / 100 + 100).round(2)
    tax = (net * (rows % 3 * 0.07 + 0.05) + rows * 31 % 17 / 100).round(2)
    return pl.DataFrame(
        {
            "id": "N" + rows.cast(pl.String).str.zfill(6),
            "city": "city " + (rows * rows % 11).cast(pl.String),
            "net": net,
            "tax": tax,
            "gross": (net + tax).round(2),
            "paid": rows * 13 % 29 < 20,
        }
    )


def request(*, unique: bool, part_rows: int = PART_ROWS) -> Request:
    chosen = {"seed": 5, "privacy": "private", "quality": "high", "evaluate": False, "part_rows": part_rows}
    chosen["constraints"] = RULES if unique else RULES[:-1]
    parameters = checked(TabularParameters, chosen).model_dump(mode="json")
    return Request("tabular", N_ROWS, "parquet", "parquet", "b", "in.parquet", "b", "out/", "p", parameters)


def stores(home: Path) -> tuple[NamedBuckets, Bucket]:
    (home / "buckets" / "b").mkdir(parents=True)
    table().write_parquet(home / "buckets" / "b" / "in.parquet")
    return NamedBuckets(home, {}), open_bucket("work", "file:work", {}, home)


def published(home: Path, which: str, *, unique: bool = True) -> tuple[bytes, bytes]:
    """
    The parts and the model of a job, done by `which`: ``here`` in order, ``shuffled``, or by ``workers``, two.

    Args:
        unique: Some rows have to differ, so that all are drawn before the first is written.
    """
    buckets, work_bucket = stores(home)
    claims = shared_file()
    tasks = Tasks(buckets, work_bucket, claims=Claims(claims))
    hello = {"job_id": "j", "about": {}, "home": str(home), "buckets": {}, "work_bucket": ["file:work", {}]}
    hello |= {"data_max_bytes": 8 * 1024**3, "claims": claims}
    words = [sys.executable, "-m", "lookalike", "task-worker"]
    command = WorkerCommand(words, process_env(os.environ, 1), hello, fds=[claims])
    local = LocalExecutor(2 if which == "workers" else 1, tasks.run, command)
    executor: Executor = Shuffled(tasks) if which == "shuffled" else local
    try:
        work = Work("job", VERSION, request(unique=unique))
        run(work, Context(buckets, work_bucket, executor, Quiet(), sharing=2))
    finally:
        local.close()
    parts = [info.path for info in buckets["b"].objects("out") if info.path.endswith(".parquet")]
    return b"".join(buckets["b"].read(part) for part in parts), work_bucket.read("jobs/job/model.lookalike")


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    return published(tmp_path_factory.mktemp("here"), "here")


@pytest.mark.parametrize("which", ["shuffled", "workers"])
def test_bytes_do_not_depend_on_who_does_what_when(which: str, in_order: tuple[bytes, bytes], tmp_path: Path) -> None:
    """With rules, keys, several trees and a classifier, any order of blocks and any workers write the same bytes."""
    assert in_order == published(tmp_path, which)


@pytest.mark.parametrize("which", ["shuffled", "workers"])
def test_bytes_do_not_depend_on_what_is_drawn_when_it_is_written(which: str, tmp_path: Path) -> None:
    """Rows that are written while others are drawn, by whoever comes to it, are those that one process writes."""
    in_order = published(tmp_path / "here", "here", unique=False)

    assert in_order == published(tmp_path / which, which, unique=False)


@pytest.mark.parametrize(
    ("part_rows", "sharing", "order"),
    [
        (40_000, 2, ["block 0", "block 1", "block 2", 0, "block 3", 1, 2, 3, 4]),
        (40_000, 5, ["block 0", "block 1", "block 2", "block 3", 0, 1, 2, 3, 4]),
        (150_000, 2, ["block 0", "block 1", "block 2", "block 3", 0, 1]),
        (150_000, 3, ["block 0", 0, "block 1", "block 2", 1, "block 3"]),
        (1_000_000, 2, ["block 0", 0, "block 1", "block 2", "block 3"]),
    ],
)
def test_nobody_is_without_work_in_the_end(part_rows: int, sharing: int, order: list[object], tmp_path: Path) -> None:
    """A part for each process is left until all is drawn; if there are fewer, they begin with their first blocks."""
    buckets, work_bucket = stores(tmp_path)
    executor = Ordered(Tasks(buckets, work_bucket))
    work = Work("job", VERSION, request(unique=False, part_rows=part_rows))
    run(work, Context(buckets, work_bucket, executor, Quiet(), sharing=sharing))

    assert order == executor.done
