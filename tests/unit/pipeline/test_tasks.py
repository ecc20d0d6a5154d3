"""Pieces of stages: each from its item alone, none done twice."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from holding import holder
from lookalike.compute.claims import Claims, shared_file
from lookalike.data.inference import infer
from lookalike.data.parameters import TabularParameters
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular import Synthesizer
from lookalike.errors import InternalError
from lookalike.pipeline.artefacts import TOLD, Artefacts, block_name, group_name
from lookalike.pipeline.layout import Layout
from lookalike.pipeline.tasks import TASKS, Tasks
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket

PARAMETERS = TabularParameters(seed=3)
TABLE = pl.DataFrame({"n": [n * 7 % 50 for n in range(100)], "w": ["a", "b"] * 50})
REQUEST = {
    "data_type": "tabular",
    "n_rows": 70_000,
    "input_format": "csv",
    "output_format": "csv",
    "input_bucket": "b",
    "input_path": "in.csv",
    "output_bucket": "b",
    "output_path": "out/",
    "project_id": "p",
    "parameters": PARAMETERS.model_dump(mode="json"),
}
ITEM = {"job_id": "j", "request": REQUEST}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home where a job has been fitted."""
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    frame, metadata = infer(TABLE, textual=False)
    plan = Synthesizer(PARAMETERS).prepare(frame, metadata, seed=3)
    artefacts = Artefacts(work_bucket(tmp_path), "j")
    artefacts.write_json("metadata.json", metadata.to_json())
    artefacts.write_json(TOLD, {})
    artefacts.write("plan", plan.to_bytes())
    model = plan.join([plan.fit_group(group) for group in range(plan.n_groups)])
    artefacts.write("model.lookalike", model.to_bytes())
    return tmp_path


def work_bucket(home: Path) -> Bucket:
    return open_bucket("work", "file:work", {}, home)


def tasks(home: Path) -> Tasks:
    """The tasks of a process that has just started."""
    return Tasks(NamedBuckets(home, {}), work_bucket(home))


def test_tasks_by_name() -> None:
    """Every task has the name that items call it by."""

    assert {"fit_group", "draw_block", "key_block", "write_part", "write_or_draw"} == set(TASKS)


@pytest.mark.parametrize(
    ("task", "more", "name"),
    [("fit_group", {"group": 0}, group_name(0)), ("draw_block", {"block": 1, "n_rows": 9}, block_name(1))],
)
def test_what_is_there_is_not_made_again(home: Path, task: str, more: dict[str, int], name: str) -> None:
    """An artefact that is there stays as it is; one that is not is made, with the same bytes by any process."""
    artefacts = Artefacts(work_bucket(home), "j")
    first = tasks(home).run(task, {**ITEM, **more})
    made = artefacts.read(name)
    there = io.BytesIO()
    TABLE.head(9).write_ipc(there)
    artefacts.write(name, there.getvalue())
    again = tasks(home).run(task, {**ITEM, **more})
    stayed = artefacts.read(name)
    work_bucket(home).delete(artefacts.path(name))
    tasks(home).run(task, {**ITEM, **more})

    assert (first, there.getvalue()) == (again, stayed)
    assert made == artefacts.read(name)


def test_parts_cut_across_blocks(home: Path) -> None:
    """Parts whose borders are not those of blocks hold the rows of the blocks, each once, in order."""
    here, n_rows = tasks(home), 70_000
    for block, rows in enumerate((BLOCK_ROWS, n_rows - BLOCK_ROWS)):
        here.run("draw_block", {**ITEM, "block": block, "n_rows": rows})
    parts = Layout("j", "out/", ".csv").parts(n_rows, 30_000)
    places = [{"block": part.start // BLOCK_ROWS, "skip": part.start % BLOCK_ROWS} for part in parts]
    told = [here.run("write_part", {**ITEM, "part": vars(p), **at}) for p, at in zip(parts, places, strict=True)]
    artefacts, output = Artefacts(work_bucket(home), "j"), NamedBuckets(home, {})["b"]
    drawn = pl.concat([artefacts.read_frame(block_name(block)) for block in (0, 1)])
    staged = [output.read(part.staged) for part in parts]

    assert [30_000, 30_000, 10_000] == [part["rows"] for part in told]
    assert [len(value) for value in staged] == [part["size_bytes"] for part in told]
    assert drawn.equals(pl.concat([pl.read_csv(io.BytesIO(value)) for value in staged]))


def test_a_part_draws_what_nobody_has_drawn(home: Path) -> None:
    """A part that may draw makes the blocks that are missing, the same ones, and leaves those that are there."""
    here, part = tasks(home), Layout("j", "out/", ".csv").parts(70_000, 70_000)[0]
    item = {**ITEM, "part": vars(part), "block": 0, "skip": 0, "block_rows": BLOCK_ROWS}
    here.run("write_or_draw", {**ITEM, "block": 1, "n_rows": 70_000 - BLOCK_ROWS})
    told = here.run("write_or_draw", item)
    output, artefacts = NamedBuckets(home, {})["b"], Artefacts(work_bucket(home), "j")
    drawn = pl.concat([artefacts.read_frame(block_name(block)) for block in (0, 1)])

    assert 70_000 == told["rows"]
    assert drawn.equals(pl.read_csv(io.BytesIO(output.read(part.staged))))


@pytest.mark.parametrize("dies", [False, True])
def test_a_block_that_another_draws_is_waited_for(home: Path, dies: bool) -> None:
    """As long as another process draws a block, nobody else does; if it dies instead, the part's writer does."""
    fd, part = shared_file(), Layout("j", "out/", ".csv").parts(70_000, 70_000)[0]
    here = Tasks(NamedBuckets(home, {}), work_bucket(home), claims=Claims(fd))
    item = {**ITEM, "part": vars(part), "block": 0, "skip": 0, "block_rows": BLOCK_ROWS}
    artefacts, last = Artefacts(work_bucket(home), "j"), block_name(1)
    with holder(fd, 1) as (other, _), ThreadPoolExecutor(1) as threads:
        here.run("write_or_draw", {**ITEM, "block": 1, "n_rows": 70_000 - BLOCK_ROWS})
        told = threads.submit(here.run, "write_or_draw", item)
        with pytest.raises(TimeoutError):
            told.result(timeout=1)
        there = artefacts.exists(last)
        if not dies:
            tasks(home).run("draw_block", {**ITEM, "block": 1, "n_rows": 70_000 - BLOCK_ROWS})
        other.kill()
        rows = told.result()["rows"]

    assert (False, 70_000) == (there, rows)


def test_a_part_without_its_rows_fails(home: Path) -> None:
    """A part whose blocks hold fewer rows than it should, or are not there, fails and leaves nothing staged."""
    here, part = tasks(home), Layout("j", "out/", ".csv").parts(100, 1000)[0]
    item = {**ITEM, "part": vars(part), "block": 0, "skip": 0}
    with pytest.raises(InternalError, match="100 rows and has 0"):
        here.run("write_part", item)
    here.run("draw_block", {**ITEM, "block": 0, "n_rows": 99})
    with pytest.raises(InternalError, match="100 rows and has 99"):
        here.run("write_part", item)

    assert [] == NamedBuckets(home, {})["b"].objects(".lookalike")
