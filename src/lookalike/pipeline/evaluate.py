"""Stage `evaluate`: how faithful and how private the drawn rows are, beside held-back real rows."""

from collections.abc import Iterator, Mapping

import polars as pl

from lookalike.engines import BLOCK_ROWS
from lookalike.evaluation.report import ReportSettings
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import Artefacts, block_name
from lookalike.pipeline.context import Context, read_metadata
from lookalike.pipeline.kinds import Judged, kind
from lookalike.pipeline.layout import MODEL
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
    by_type, parameters = kind(request.data_type), engine.parameters(request, artefacts)
    drawn = (by_type.sample(*of_block, parameters) for of_block in _drawn(artefacts, work.facts["blocks"]))
    judged = Judged(
        read_metadata(artefacts),
        artefacts.read_frame("train.arrow"),
        pl.concat(list(drawn)),
        artefacts.read_frame("holdout.arrow"),
    )
    report = by_type.report(judged, request, parameters, settings)
    artefacts.write("report.json", report.to_json().encode())
    artefacts.write("report.html", report.to_html().encode())
    refused = report.gate.sentence if report.gate is not None and report.gate.failures else None
    return work.after("evaluate", verdict=report.verdict.sentence, refused=refused)


def _drawn(artefacts: Artefacts, blocks: Mapping[str, int]) -> Iterator[tuple[pl.DataFrame, int]]:
    """Some blocks, of the last one only the rows that are published, and how many rows of each are to be judged."""
    n_blocks = blocks["number"]
    most = BLOCK_ROWS // SAMPLE_BLOCKS if n_blocks > 1 else BLOCK_ROWS
    for block in sorted({i * (n_blocks - 1) // (SAMPLE_BLOCKS - 1) for i in range(SAMPLE_BLOCKS)}):
        rows = artefacts.read_frame(block_name(block))
        yield (rows.head(blocks["last_rows"]) if block == n_blocks - 1 else rows), most
