"""What a report judges by."""

import json
from pathlib import Path

import polars as pl

from here import Quiet
from lookalike.compute.local import LocalExecutor, WorkerCommand
from lookalike.data.inference import infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters, checked, parse
from lookalike.engines.tabular import Synthesizer
from lookalike.pipeline import evaluate
from lookalike.pipeline.artefacts import TOLD, Artefacts, block_name
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.work import Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION

RULES = [{"type": "range", "column": "b", "min": 0, "max": 16}]


def test_only_rows_learnt_from_are_judged_by(tmp_path: Path) -> None:
    """
    Rows that were not chosen to be learnt from would make copies of the others look rarer than they are; and the rules
    are those of the model.
    """
    rows = pl.int_range(1_000, eager=True)
    table = pl.DataFrame({"a": rows * 7_919 % 10_007, "b": rows * 31 % 17})
    frame, metadata = infer(table, textual=False)
    parameters = checked(TabularParameters, {"seed": 3, "fit_rows": 200, "constraints": RULES}).model_dump(mode="json")
    request = Request("tabular", 300, "csv", "csv", "b", "in.csv", "b", "out.csv", "p", parameters)
    work_bucket = open_bucket("work", "file:work", {}, tmp_path)
    artefacts = Artefacts(work_bucket, "job")
    artefacts.write_json("metadata.json", metadata.to_json())
    artefacts.write_json(TOLD, {})
    artefacts.write_frame("train.arrow", frame.head(600))
    artefacts.write_frame("holdout.arrow", frame.slice(600, 100))
    artefacts.write_frame(block_name(0), frame.tail(300))
    artefacts.write(MODEL, _model(frame, metadata, request))
    executor = LocalExecutor(1, lambda task, item: None, WorkerCommand([], {}, {}))
    context = Context(NamedBuckets(tmp_path, {}), work_bucket, executor, Quiet())
    evaluate.stage(
        Work("job", VERSION, request, facts={"notes": [], "blocks": {"number": 1, "last_rows": 300}}), context
    )
    report = json.loads(artefacts.read("report.json"))
    facts = report["facts"]

    assert (200, 100, 300) == (facts["n_train"], facts["n_holdout"], facts["n_synthetic"])
    assert 1 == report["figures"]["fidelity.rules_kept"]["details"]["n_rules"]
    assert 0.0 == report["figures"]["fidelity.rules_kept"]["value"]


def _model(frame: pl.DataFrame, metadata: Metadata, request: Request) -> bytes:
    plan = Synthesizer(parse(request.data_type, request.parameters)).prepare(frame, metadata, seed=request.seed)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)]).to_bytes()
