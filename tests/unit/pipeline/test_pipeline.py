"""Names, checkpoints and housekeeping of a job."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.compute import Json
from lookalike.pipeline import housekeeping
from lookalike.pipeline.artefacts import KEPT, Artefacts
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import Layout
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import STAGES, Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.last: Work | None = None

    def stage(self, name: str, status: str) -> None:
        self.said.append((name, status))

    def progress(self, stage: str, share: float) -> None:
        assert 0 <= share <= 1

    def checkpoint(self, work: Work) -> None:
        self.last = work

    def begin_publishing(self) -> None:
        self.said.append(("publish", "begun"))


class Here:
    """An executor that does it all at once."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def map(self, task: str, items: list[Json], order: object = None) -> list[Json]:
        return [self._tasks.run(task, item) for item in items]

    def rest(self) -> None:
        """Nothing stands ready."""


@pytest.fixture
def work() -> Work:
    parameters = {
        "seed": 3,
        "if_exists": "error",
        "part_rows": 1_000_000,
        "privacy": "balanced",
        "holdout_share": 0.1,
        "evaluate": False,
        "exclude": [],
        "columns": {},
        "fit_rows": None,
        "min_level_rows": 5,
        "csv": {"delimiter": None, "null": None, "safe": False},
    }
    request = Request("tabular", 30, "csv", "csv", "b", "in.csv", "b", "out.csv", "p", parameters)
    return Work("job", VERSION, request)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "buckets" / "b").mkdir(parents=True)
    rows = "".join(f"{n * 7 % 50},w{n % 3}\n" for n in range(100))
    (tmp_path / "buckets" / "b" / "in.csv").write_text(f"n,w\n{rows}")
    buckets, work_bucket = NamedBuckets(tmp_path, {}), open_bucket("work", "file:work", {}, tmp_path)
    return Context(buckets, work_bucket, Here(Tasks(buckets, work_bucket)), Heard())


@given(n_rows=st.integers(1, 10**7), part_rows=st.integers(1, 10**6), path=st.sampled_from(["a/b.csv", "a/"]))
def test_parts_hold_each_row_once(n_rows: int, part_rows: int, path: str) -> None:
    """Parts follow each other without gap or overlap and hold all rows; a single object is one part."""
    part_rows = max(part_rows, n_rows // 1_000 + 1)
    parts = Layout("job", path, ".csv").parts(n_rows, part_rows)

    assert 0 == parts[0].start
    assert [p.start + p.n_rows for p in parts] == [*(p.start for p in parts[1:]), n_rows]
    assert len({p.path for p in parts} | {p.staged for p in parts}) == 2 * len(parts)
    assert path.endswith("/") or [path] == [p.path for p in parts]


def test_a_checkpoint_is_json(work: Work) -> None:
    """A work survives JSON."""
    later = work.after("ingest", input={"rows": 3})

    assert later == Work.from_json(json.loads(json.dumps(later.to_json())))


def test_a_run_and_its_stages(work: Work, context: Context) -> None:
    """A run tells each stage, publishes after it was allowed to, and leaves output and manifest."""
    done = run(work, context)
    rows = pl.read_csv(context.buckets["b"].read("out.csv"))
    heard = context.listener

    assert isinstance(heard, Heard)
    assert STAGES == done.done
    assert heard.said[-3:] == [("publish", "processing"), ("publish", "begun"), ("publish", "completed")]
    assert ("evaluate", "skipped") in heard.said
    assert (30, ["n", "w"]) == (rows.height, rows.columns)
    assert done.to_json() == heard.last.to_json()


def test_a_checkpoint_goes_on_where_it_stopped(work: Work, context: Context) -> None:
    """From each checkpoint on, the rest of the stages makes the same bytes; another version begins anew."""
    done = run(work, context)
    want = context.buckets["b"].read("out.csv")
    for n in range(len(STAGES) - 1):
        context.listener.said.clear()
        stopped = replace(done, done=STAGES[:n])
        again = run(stopped, replace(context, publishing=True))

        assert STAGES[n] == context.listener.said[0][0]
        assert (STAGES, want) == (again.done, context.buckets["b"].read("out.csv"))
    context.listener.said.clear()
    run(replace(done, version="0.0.1", done=STAGES[:4]), replace(context, publishing=True))

    assert "ingest" == context.listener.said[0][0]
    assert want == context.buckets["b"].read("out.csv")


def test_housekeeping(work: Work, context: Context) -> None:
    """Tidying takes staged parts and artefacts but those to keep; forgetting takes those too; both may come twice."""
    run(work, context)
    artefacts, output = Artefacts(context.work_bucket, "job"), context.buckets["b"]
    for _ in range(2):
        housekeeping.tidy("job", output, context.work_bucket, keep=True)
    kept = {info.path for info in context.work_bucket.objects("jobs/job")}

    assert kept == {artefacts.path(name) for name in KEPT if not name.startswith("report")}
    assert [] == output.objects(".lookalike")
    for _ in range(2):
        housekeeping.forget("job", context.work_bucket)
    assert [] == context.work_bucket.objects("jobs/job")
    assert all(output.head(path).size_bytes for path in ("in.csv", "out.csv", "out.csv.manifest.json"))
