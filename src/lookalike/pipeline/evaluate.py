"""Stage `evaluate`: how faithful and how private the drawn rows are, beside held-back real rows."""

from collections.abc import Mapping

import polars as pl

from lookalike.engines import BLOCK_ROWS
from lookalike.evaluation.report import ReportSettings
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import MODEL, Artefacts, block_name
from lookalike.pipeline.context import Context, read_metadata
from lookalike.pipeline.kinds import Judged, kind
from lookalike.pipeline.work import Work

SAMPLE_BLOCKS = 4  # rows of that many blocks, spread over the output, are judged


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``report.json`` and ``report.html``; facts: the verdict, and why the output may not be released."""
    request, artefacts = work.request, context.artefacts(work)
    settings = ReportSettings(
        min_level_rows=request.parameters["min_level_rows"],
        settings={"rows": request.n_rows, **request.parameters},
        notes=tuple(work.facts["notes"]),
        gate=request.parameters["release_gate"],
        breaches=engine.promise(request, artefacts.read(MODEL)).breaches,
    )
    judged = Judged(
        read_metadata(artefacts),
        artefacts.read_frame("train.arrow"),
        _drawn(artefacts, work.facts["blocks"]),
        artefacts.read_frame("holdout.arrow"),
    )
    report = kind(request.data_type).report(judged, request, engine.parameters(request, artefacts), settings)
    artefacts.write("report.json", report.to_json().encode())
    artefacts.write("report.html", report.to_html().encode())
    refused = report.gate.sentence if report.gate is not None and report.gate.failures else None
    return work.after("evaluate", verdict=report.verdict.sentence, refused=refused)


def _drawn(artefacts: Artefacts, blocks: Mapping[str, int]) -> pl.DataFrame:
    """Rows of some blocks; of the last one only those that are published."""
    n_blocks = blocks["number"]
    chosen = sorted({i * (n_blocks - 1) // (SAMPLE_BLOCKS - 1) for i in range(SAMPLE_BLOCKS)})
    most = BLOCK_ROWS // SAMPLE_BLOCKS if n_blocks > 1 else BLOCK_ROWS
    rows = [min(most, blocks["last_rows"]) if block == n_blocks - 1 else most for block in chosen]
    return pl.concat([artefacts.read_frame(block_name(b)).head(n) for b, n in zip(chosen, rows, strict=True)])
