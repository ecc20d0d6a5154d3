"""Stage `profile`: what the columns mean, and which rows are held back to judge by."""

from lookalike import formats
from lookalike.data.breaches import refuse_broken
from lookalike.data.inference import infer
from lookalike.data.parameters import declared
from lookalike.pipeline.artefacts import TOLD
from lookalike.pipeline.borrowing import told_by_lender
from lookalike.pipeline.conditions import read_conditions
from lookalike.pipeline.context import Context
from lookalike.pipeline.kinds import kind, known
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``metadata.json``, ``told.json``, ``train.arrow``, ``holdout.arrow``: typed columns, rows split."""
    request, artefacts = work.request, context.artefacts(work)
    raw = artefacts.read_frame("input.arrow")
    parameters = known(request.data_type, request.parameters, told_by_lender(work, context))
    table, metadata = infer(
        raw,
        textual=formats.load(request.input_format).textual,
        null=request.parameters["csv"]["null"],
        exclude=request.parameters["exclude"],
        columns=parameters.told_columns,
    )
    refuse_broken(table, metadata, declared(request.data_type, request.parameters))
    found = kind(request.data_type).profile(table, metadata, request, parameters)
    artefacts.write_json("metadata.json", found.metadata.to_json())
    artefacts.write_json(TOLD, found.told)
    read_conditions(work, context)
    artefacts.write_frame("train.arrow", found.train)
    artefacts.write_frame("holdout.arrow", found.holdout)
    rows = {"train": found.train.height, "holdout": found.holdout.height}
    return work.after("profile", notes=list(found.notes), rows=rows)
