"""Stage `profile`: what the columns mean, and which rows are held back to judge by."""

from lookalike import formats
from lookalike.data.inference import infer
from lookalike.data.split import note, split
from lookalike.errors import InputInvalid, InputRefused
from lookalike.pipeline.context import Context
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """Artefacts ``metadata.json``, ``train.arrow``, ``holdout.arrow``: typed columns, rows split at random."""
    request, artefacts = work.request, context.artefacts(work)
    raw = artefacts.read_frame("input.arrow")
    excluded = set(request.parameters["exclude"])
    if unknown := sorted(excluded - set(raw.columns)):
        raise InputInvalid(f"There is no column '{unknown[0]}' to exclude.", hint="Correct parameters.exclude.")
    if excluded >= set(raw.columns):
        raise InputRefused("All columns are excluded.", hint="Leave at least one column in.")
    textual = formats.load(request.input_format).textual
    table, metadata = infer(raw, textual=textual, null=request.parameters["csv"]["null"], exclude=excluded)
    train, holdout = split(table, request.parameters["holdout_share"], request.seed)
    artefacts.write_json("metadata.json", metadata.to_json())
    artefacts.write_frame("train.arrow", train)
    artefacts.write_frame("holdout.arrow", holdout)
    told = note(table.height, request.parameters["holdout_share"])
    return work.after("profile", notes=[told] if told else [], rows={"train": train.height, "holdout": holdout.height})
