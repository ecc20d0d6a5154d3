"""Stage `ingest`: the input as what it was said to be, remembered by its digest; of a large one a sample."""

from lookalike.engines.tabular.file import pack
from lookalike.pipeline.artefacts import SURVEY
from lookalike.pipeline.borrowing import told_by_lender
from lookalike.pipeline.context import Context
from lookalike.pipeline.gathering import gather
from lookalike.pipeline.kinds import known
from lookalike.pipeline.publish import refuse_existing
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """
    Artefact ``input.arrow``: the cells as the format tells them; facts of the input objects.

    Of an input with more rows than are looked at these are some of them, and ``survey`` says what all show.
    """
    refuse_existing(work, context)
    request, artefacts = work.request, context.artefacts(work)
    parameters = known(request.data_type, request.parameters, told_by_lender(work, context))
    found = gather(request, context, parameters)
    artefacts.write_frame("input.arrow", found.table)
    if found.surveyed is not None:
        artefacts.write(SURVEY, pack(SURVEY, *found.surveyed.state()))
    return work.after("ingest", input=found.facts)
