"""Jobs of sequences, stage by stage: split whole, drawn to the row, cut into parts, judged whole, always the same."""

import io
import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from here import Quiet
from lookalike.compute import Executor, Json
from lookalike.compute.local import LocalExecutor, WorkerCommand
from lookalike.data.parameters import parse
from lookalike.errors import ConditionsUnreachable
from lookalike.operations.submission import with_model_of
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import block_name
from lookalike.pipeline.context import Context
from lookalike.pipeline.kinds import kind
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import STAGES, Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION
from lookalike.wiring.worker import process_env

N_KEYS, MANY = 60, 200_000
LENDER = "0f8fad5b-d9cb-469f-a165-70867728950e"


class Shuffled:
    """An executor that does items here, in mixed order, with nothing loaded before."""

    def __init__(self, tasks: Callable[[], Tasks]) -> None:
        self._tasks = tasks

    def map(self, task: str, items: Sequence[Json], order: object = None) -> Iterator[Json]:
        tasks, numbers = self._tasks(), list(range(len(items)))
        random.Random(4).shuffle(numbers)
        done = {number: tasks.run(task, items[number]) for number in numbers}
        return (done[number] for number in range(len(items)))

    def rest(self) -> None:
        """Nothing stands ready."""


def panel() -> pl.DataFrame:
    """Walks of 6 to 17 steps, each of somebody with a sex; counted, so that they have an order."""
    rng = np.random.default_rng(3)
    lengths = rng.integers(6, 18, N_KEYS)
    who = np.repeat(np.arange(N_KEYS), lengths)
    steps = rng.normal(size=len(who)).round(2)
    frame = pl.DataFrame({"who": [f"P-{w:04d}" for w in who], "sex": [["f", "m"][w % 2] for w in who], "x": steps})
    return frame.with_columns(
        pl.int_range(pl.len()).over("who").alias("at"), pl.col("x").cum_sum().over("who").round(2)
    ).with_columns((pl.col("x") * 2 + 1).round(1).alias("y"))


def series() -> pl.DataFrame:
    """One series of 500 hours."""
    x = np.random.default_rng(5).normal(size=500).cumsum().round(2)
    return pl.DataFrame({"hour": range(500), "load": x})


def wide() -> pl.DataFrame:
    """Rows that are whole sequences, of eight steps."""
    rng = np.random.default_rng(6)
    return pl.DataFrame({"id": range(60), **{f"v_{n}": (rng.normal(size=60) + n).round(2) for n in range(1, 9)}})


def around(home: Path, table: pl.DataFrame, executor: Executor | None = None) -> Context:
    folder = home / "buckets" / "b"
    folder.mkdir(parents=True, exist_ok=True)
    table.write_parquet(folder / "in.parquet")
    buckets, work_bucket = NamedBuckets(home, {}), open_bucket("work", "file:work", {}, home)
    return Context(buckets, work_bucket, executor or Shuffled(lambda: Tasks(buckets, work_bucket)), Quiet())


def job(n_rows: int, output: str = "out.parquet", job_id: str = "job", **told: Any) -> Work:
    parameters = parse("time_series", {"seed": 3, "evaluate": False, **told}).model_dump(mode="json")
    places = ("b", "in.parquet", "b", output)
    return Work(job_id, VERSION, Request("time_series", n_rows, "parquet", "parquet", *places, "p", parameters))


def rows(context: Context, path: str = "out.parquet") -> pl.DataFrame:
    return pl.read_parquet(context.buckets["b"].read(path))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, Work, bytes]:
    """A job of several blocks and parts that nothing happened to, and its parts' bytes."""
    context = around(tmp_path_factory.mktemp("large"), panel())
    done = run(job(MANY, "o/", part_rows=70_000, evaluate=True), context)
    return context, done, together(context)


def together(context: Context) -> bytes:
    paths = sorted(info.path for info in context.buckets["b"].objects("o") if "part-" in info.path)
    return b"".join(context.buckets["b"].read(path) for path in paths)


def test_parts_hold_the_blocks_rows_once_and_in_order(large: tuple[Context, Work, bytes]) -> None:
    """Blocks have any height; parts cut them where they must, and the last row is the one asked for."""
    context, done, _ = large
    artefacts = context.artefacts(done)
    blocks = [artefacts.read_frame(block_name(n)) for n in range(done.facts["blocks"]["number"])]
    parts = [rows(context, part["path"]) for part in done.facts["parts"]]

    assert [70_000, 70_000, 60_000] == [part.height for part in parts]
    assert len({block.height for block in blocks}) > 1
    assert pl.concat(blocks).head(MANY).equals(pl.concat(parts))
    assert panel().schema == parts[0].schema
    assert {"size_bytes", "rows"} == set(done.facts["output"])
    assert MANY == done.facts["output"]["rows"]


def test_roles_are_told_in_report_and_manifest(large: tuple[Context, Work, bytes]) -> None:
    """What was found of key, index and context stands where the owner looks."""
    context, done, _ = large
    manifest = json.loads(context.buckets["b"].read("o/_manifest.json"))
    report = context.artefacts(done).read_json("report.json")
    for notes in (manifest["notes"], report["notes"]):
        assert any("'who' is the sequence key" in note for note in notes)
        assert any("'at' is the sequence index" in note for note in notes)
        assert any("'sex' is context" in note for note in notes)


def test_sequences_are_held_back_whole(large: tuple[Context, Work, bytes]) -> None:
    """No key is on both sides, and nothing is lost."""
    artefacts = large[0].artefacts(large[1])
    train, holdout = (artefacts.read_frame(f"{side}.arrow") for side in ("train", "holdout"))

    assert N_KEYS == train["who"].n_unique() + holdout["who"].n_unique()
    assert not set(train["who"]) & set(holdout["who"])
    assert panel().height == train.height + holdout.height


def test_whole_sequences_are_judged(large: tuple[Context, Work, bytes]) -> None:
    """The report is on many blocks' rows, and none of the sequences it looks at was cut short for it."""
    context, done, _ = large
    artefacts = context.artefacts(done)
    by_type = kind(done.request.data_type)
    parameters = engine.parameters(done.request, artefacts)
    block = artefacts.read_frame(block_name(1))
    shown = by_type.sample(block, 16_384, parameters)
    lengths = block.group_by("who", maintain_order=True).len().head(shown["who"].n_unique())

    assert shown.equals(block.head(shown.height))
    assert lengths["len"].to_list() == shown.group_by("who", maintain_order=True).len()["len"].to_list()
    assert 16_384 - 17 < shown.height <= 16_384
    assert block.head(lengths["len"][0]).equals(by_type.sample(block, 2, parameters))
    assert 3 * 16_000 < artefacts.read_json("report.json")["facts"]["n_synthetic"] < MANY


@pytest.mark.parametrize("n_done", range(len(STAGES) - 1))
def test_what_is_lost_is_made_again(large: tuple[Context, Work, bytes], n_done: int) -> None:
    """From each checkpoint on, with the checkpoint's later blocks gone or there, the same bytes come out."""
    context, done, before = large
    if n_done == STAGES.index("generate"):
        context.work_bucket.delete(context.artefacts(done).path(block_name(1)))
    again = run(replace(done, done=STAGES[:n_done]), replace(context, publishing=True))

    assert STAGES == again.done
    assert before == together(context)


def test_two_workers_write_the_same_bytes(large: tuple[Context, Work, bytes], tmp_path: Path) -> None:
    """Whoever draws which block, and in whatever order."""
    hello = {"job_id": "j", "about": {}, "home": str(tmp_path), "buckets": {}, "work_bucket": ["file:work", {}]}
    hello["data_max_bytes"] = 8 * 1024**3
    command = WorkerCommand([sys.executable, "-m", "lookalike", "task-worker"], process_env(os.environ, 1), hello)
    stores = NamedBuckets(tmp_path, {}), open_bucket("work", "file:work", {}, tmp_path)
    local = LocalExecutor(2, Tasks(*stores).run, command)
    context = around(tmp_path, panel(), local)
    try:
        run(job(MANY, "o/", part_rows=70_000), context)
    finally:
        local.close()

    assert large[2] == together(context)


def test_n_sequences_may_have_as_many_rows_as_data_size(tmp_path: Path) -> None:
    """Exactly as many are taken, one more is a failure that says what to do, and fewer are fewer."""
    context = around(tmp_path, panel())
    asked = {"n_sequences": 40, "sequence_length": 5}
    exact, loose = (run(job(n, f"{n}.parquet", f"j{n}", **asked), context) for n in (200, 1_000))
    with pytest.raises(ConditionsUnreachable, match="more than 199 rows") as raised:
        run(job(199, "199.parquet", "j199", **asked), context)

    assert (200, 200) == (exact.facts["output"]["rows"], loose.facts["output"]["rows"])
    assert 40 == rows(context, "200.parquet")["who"].n_unique()
    assert rows(context, "200.parquet").select("who", "at").equals(rows(context, "1000.parquet").select("who", "at"))
    assert "data_size" in str(raised.value)


def test_one_series_is_as_long_as_asked(tmp_path: Path) -> None:
    """Without a key the rows are one series; its end is held back, even if it stands elsewhere in the table."""
    table = series().reverse()
    context = around(tmp_path, table)
    done = run(job(70_000, sequence_key=[]), context)
    artefacts = context.artefacts(done)

    assert [1] == rows(context)["hour"].diff().drop_nulls().unique().to_list()
    assert 70_000 == rows(context).height
    assert set(range(450, 500)) == set(artefacts.read_frame("holdout.arrow")["hour"])


def test_wide_rows_are_counted_as_rows(tmp_path: Path) -> None:
    """A row is a sequence, so both ways to ask give the same number; the report looks at their steps."""
    context = around(tmp_path, wide())
    run(job(70, "rows.parquet", "rows", layout="wide"), context)
    done = run(job(70, "whole.parquet", "whole", layout="wide", n_sequences=70, evaluate=True), context)

    assert [(70, 9)] * 2 == [rows(context, path).shape for path in ("rows.parquet", "whole.parquet")]
    assert wide().schema == rows(context, "rows.parquet").schema
    assert "sequences" in done.facts["verdict"]


def test_a_lent_model_brings_its_roles(tmp_path: Path) -> None:
    """What was told or found of key, index and context where it was learnt holds where it is used."""
    context = around(tmp_path, panel().rename({"who": "a", "at": "b"}))
    lender = run(job(300, "lent.parquet", LENDER, sequence_key="a"), context)
    work = job(300, "used.parquet", "used", model_from_job=LENDER, evaluate=True)
    done = run(replace(work, request=with_model_of(work.request, lender.request.parameters)), context)
    told = [context.artefacts(work).read_json("told.json") for work in (lender, done)]

    assert {"sequence_key": ["a"], "sequence_index": "b", "context_columns": ["sex"]} == told[0]
    assert told[0] == told[1]
    assert ["a"] == done.request.parameters["sequence_key"]
    assert rows(context, "lent.parquet").equals(rows(context, "used.parquet"))


def test_fit_rows_takes_whole_sequences(tmp_path: Path) -> None:
    """No more rows than that are learnt from and judged by, and the notes say so."""
    context = around(tmp_path, panel())
    done = run(job(300, fit_rows=200, evaluate=True), context)
    report = context.artefacts(done).read_json("report.json")
    n_train = context.artefacts(done).read_frame("train.arrow").height

    assert 150 < report["facts"]["n_train"] <= 200
    assert any(f"of {n_train:,} rows: whole sequences" in note for note in done.facts["notes"])


def test_conditions_from_a_table(tmp_path: Path) -> None:
    """Each of its rows is one condition, of context or of first values; sequences are shared out among them."""
    context = around(tmp_path, panel())
    told = io.BytesIO()
    pl.DataFrame({"sex": ["m"]}).write_parquet(told)
    context.buckets["b"].write("asked.parquet", told.getvalue())
    run(job(300, conditions={"bucket": "b", "path": "asked.parquet"}), context)

    assert ["m"] == rows(context)["sex"].unique().to_list()
