"""Stage `ingest`: the input, read whole as what it was said to be, and remembered by its digest."""

from lookalike.pipeline.context import Context
from lookalike.pipeline.gathering import gather
from lookalike.pipeline.publish import refuse_existing
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """Artefact ``input.arrow``: the cells as the format tells them; facts of the input objects."""
    refuse_existing(work, context)
    table, facts = gather(work.request, context)
    context.artefacts(work).write_frame("input.arrow", table)
    return work.after("ingest", input=facts)
