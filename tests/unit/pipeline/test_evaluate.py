"""What a report judges by."""

import json
from pathlib import Path

import polars as pl

from lookalike.compute.local import LocalExecutor, WorkerCommand
from lookalike.data.inference import infer
from lookalike.data.parameters import TabularParameters, checked
from lookalike.pipeline import evaluate
from lookalike.pipeline.artefacts import Artefacts, block_name
from lookalike.pipeline.context import Context
from lookalike.pipeline.work import Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION


class Quiet:
    """A listener that says nothing."""

    def stage(self, name: str, status: str) -> None: ...

    def progress(self, stage: str, share: float) -> None: ...

    def checkpoint(self, work: Work) -> None: ...

    def begin_publishing(self) -> None: ...


def test_only_rows_learnt_from_are_judged_by(tmp_path: Path) -> None:
    """Rows that were not chosen to be learnt from would make copies of the others look rarer than they are."""
    rows = pl.int_range(1_000, eager=True)
    table = pl.DataFrame({"a": rows * 7_919 % 10_007, "b": rows * 31 % 17})
    frame, metadata = infer(table, textual=False)
    parameters = checked(TabularParameters, {"seed": 3, "fit_rows": 200}).model_dump(mode="json")
    request = Request("tabular", 300, "csv", "csv", "b", "in.csv", "b", "out.csv", "p", parameters)
    work_bucket = open_bucket("work", "file:work", {}, tmp_path)
    artefacts = Artefacts(work_bucket, "job")
    artefacts.write_json("metadata.json", metadata.to_json())
    artefacts.write_frame("train.arrow", frame.head(600))
    artefacts.write_frame("holdout.arrow", frame.slice(600, 100))
    artefacts.write_frame(block_name(0), frame.tail(300))
    executor = LocalExecutor(1, lambda task, item: None, WorkerCommand([], {}, {}))
    context = Context(NamedBuckets(tmp_path, {}), work_bucket, executor, Quiet())
    evaluate.stage(Work("job", VERSION, request, facts={"notes": []}), context)
    facts = json.loads(artefacts.read("report.json"))["facts"]

    assert (200, 100, 300) == (facts["n_train"], facts["n_holdout"], facts["n_synthetic"])
