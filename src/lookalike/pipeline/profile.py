"""Stage `profile`: what the columns mean, and which rows are held back to judge by."""

from lookalike import formats
from lookalike.data.breaches import refuse_broken
from lookalike.data.columns import columns_from_json
from lookalike.data.inference import infer
from lookalike.data.parameters import declared
from lookalike.data.split import note, split
from lookalike.pipeline.conditions import read_conditions
from lookalike.pipeline.context import Context
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``metadata.json``, ``train.arrow``, ``holdout.arrow``: typed columns, rows split at random."""
    request, artefacts = work.request, context.artefacts(work)
    raw = artefacts.read_frame("input.arrow")
    table, metadata = infer(
        raw,
        textual=formats.load(request.input_format).textual,
        null=request.parameters["csv"]["null"],
        exclude=request.parameters["exclude"],
        columns=columns_from_json(request.parameters["columns"]),
    )
    refuse_broken(table, metadata, declared(request.data_type, request.parameters))
    train, holdout = split(table, request.parameters["holdout_share"], request.seed)
    artefacts.write_json("metadata.json", metadata.to_json())
    read_conditions(work, context)
    artefacts.write_frame("train.arrow", train)
    artefacts.write_frame("holdout.arrow", holdout)
    told = note(table.height, request.parameters["holdout_share"])
    return work.after("profile", notes=[told] if told else [], rows={"train": train.height, "holdout": holdout.height})
