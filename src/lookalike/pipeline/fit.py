"""Stage `fit`: columns learnt in groups, each an artefact, joined to one model; or the model of another job."""

from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import PLAN, group_name
from lookalike.pipeline.borrowing import borrow, lender
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """
    Artefact ``model.lookalike``; on the way ``plan`` and ``group-00000…``, which a new attempt finds again.

    Raises:
        ConditionsUnreachable: what is asked for cannot be drawn.
        InputNotFound, InputInvalid: of the other job's model; see `borrowing.borrow`.
    """
    job_id = lender(work.request)
    return _learn(work, context) if job_id is None else borrow(work, context, job_id)


def _learn(work: Work, context: Context) -> Work:
    request, artefacts = work.request, context.artefacts(work)
    plan = engine.plan(request, artefacts)
    context.listener.progress("fit", 0.1)
    groups = list(range(plan.n_groups))
    if len(groups) > 1:
        if not artefacts.exists(PLAN):
            artefacts.write(PLAN, plan.to_bytes())
        for done, _ in enumerate(context.executor.map("fit_group", [_item(work, group) for group in groups]), start=1):
            context.listener.progress("fit", 0.1 + 0.85 * done / len(groups))
        model = plan.join(artefacts.read(group_name(group)) for group in groups)
    else:
        model = plan.join([plan.fit_group(0)])
    artefacts.write(MODEL, model.to_bytes())
    engine.model(request, artefacts).wishes(request.n_rows)
    return work.after("fit", notes=[*work.facts["notes"], *model.notes])


def _item(work: Work, group: int) -> dict[str, object]:
    return {"job_id": work.job_id, "request": vars(work.request), "group": group}
