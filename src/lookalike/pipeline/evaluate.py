"""Stage `evaluate`: how faithful and how private the drawn rows are, beside held-back real rows."""

import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.engines import BLOCK_ROWS
from lookalike.evaluation.report import ReportSettings, evaluate_tables
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import MODEL, Artefacts, block_name
from lookalike.pipeline.context import Context, read_metadata
from lookalike.pipeline.generate import n_blocks
from lookalike.pipeline.work import Work

SAMPLE_BLOCKS = 4  # rows of that many blocks, spread over the output, are judged


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``report.json`` and ``report.html``; facts: the verdict, and why the output may not be released."""
    request, artefacts = work.request, context.artefacts(work)
    report = evaluate_tables(
        learnt_from(artefacts.read_frame("train.arrow"), request.parameters.get("fit_rows"), request.seed),
        _drawn(artefacts, request.n_rows),
        artefacts.read_frame("holdout.arrow"),
        metadata=read_metadata(artefacts),
        seed=request.seed,
        settings=ReportSettings(
            min_level_rows=request.parameters["min_level_rows"],
            settings={"rows": request.n_rows, **request.parameters},
            notes=tuple(work.facts["notes"]),
            gate=request.parameters["release_gate"],
            breaches=engine.promise(request, artefacts.read(MODEL)).breaches,
        ),
    )
    artefacts.write("report.json", report.to_json().encode())
    artefacts.write("report.html", report.to_html().encode())
    refused = report.gate.sentence if report.gate is not None and report.gate.failures else None
    return work.after("evaluate", verdict=report.verdict.sentence, refused=refused)


def _drawn(artefacts: Artefacts, n_rows: int) -> pl.DataFrame:
    blocks = n_blocks(n_rows)
    chosen = sorted({i * (blocks - 1) // (SAMPLE_BLOCKS - 1) for i in range(SAMPLE_BLOCKS)})
    rows = BLOCK_ROWS // SAMPLE_BLOCKS if blocks > 1 else BLOCK_ROWS
    return pl.concat([artefacts.read_frame(block_name(block)).head(rows) for block in chosen])
