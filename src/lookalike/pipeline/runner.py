"""A job is a loop over its stages: each takes the work and returns it, and what is returned is the checkpoint."""

from importlib import import_module

from lookalike.pipeline.borrowing import lender
from lookalike.pipeline.context import Context
from lookalike.pipeline.work import STAGES, Work
from lookalike.version import VERSION


def run(work: Work, context: Context) -> Work:
    """The finished work. Stages that `work` says are done are not done again, unless another version did them."""
    if work.version != VERSION or not work.done:
        work = _restart(work, context)
    for name in STAGES:
        if name not in work.done:
            work = _run_stage(name, work, context)
    return work


def _restart(work: Work, context: Context) -> Work:
    context.artefacts(work).clear()
    return Work(work.job_id, VERSION, work.request)


def _run_stage(name: str, work: Work, context: Context) -> Work:
    if name == "evaluate" and not work.request.parameters["evaluate"]:
        context.listener.stage(name, "skipped")
        return work.after(name)
    context.listener.stage(name, "processing")
    work = import_module(f"lookalike.pipeline.{name}").stage(work, context)
    learnt_nothing = name == "fit" and lender(work.request) is not None
    context.listener.stage(name, "skipped" if learnt_nothing else "completed")
    context.listener.checkpoint(work)
    return work
