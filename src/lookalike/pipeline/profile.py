"""Stage `profile`: what the columns mean, and which rows are held back to judge by."""

from lookalike.data.breaches import refuse_broken
from lookalike.data.parameters import declared
from lookalike.pipeline.artefacts import TOLD
from lookalike.pipeline.borrowing import told_by_lender
from lookalike.pipeline.conditions import read_conditions
from lookalike.pipeline.context import Context, read_surveyed
from lookalike.pipeline.kinds import kind, known
from lookalike.pipeline.tables import typed
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``metadata.json``, ``told.json``, ``train.arrow``, ``holdout.arrow``: typed columns, rows split."""
    request, artefacts = work.request, context.artefacts(work)
    raw, surveyed = artefacts.read_frame("input.arrow"), read_surveyed(artefacts)
    parameters = known(request.data_type, request.parameters, told_by_lender(work, context))
    table, metadata = typed(raw, request, parameters, None if surveyed is None else surveyed.part)
    refuse_broken(table, metadata, declared(request.data_type, request.parameters))
    found = kind(request.data_type).profile(table, metadata, request, parameters)
    artefacts.write_json("metadata.json", found.metadata.to_json())
    artefacts.write_json(TOLD, found.told)
    read_conditions(work, context)
    artefacts.write_frame("train.arrow", found.train)
    artefacts.write_frame("holdout.arrow", found.holdout)
    rows = {"train": found.train.height, "holdout": found.holdout.height}
    notes = [*([] if surveyed is None else [surveyed.note]), *found.notes]
    return work.after("profile", notes=notes, rows=rows)
