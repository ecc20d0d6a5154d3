"""The model of another job, used instead of learning one."""

from collections.abc import Mapping
from typing import Any

from lookalike.data.metadata import Column, Metadata
from lookalike.errors import InputInvalid, InputNotFound, ModelFileError, ObjectMissing
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import TOLD, Artefacts
from lookalike.pipeline.context import Context, read_metadata
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.work import Request, Work

KEY = "parameters.model_from_job"


def lender(request: Request) -> str | None:
    """The job whose model is to be used; None if one is to be learnt."""
    job_id = request.parameters.get("model_from_job")
    return None if job_id is None else str(job_id)


def told_by_lender(work: Work, context: Context) -> Mapping[str, Any]:
    """What that job found of the parameters it was not told; nothing if a model is to be learnt, or it is gone."""
    job_id = lender(work.request)
    if job_id is None:
        return {}
    try:
        told: Mapping[str, Any] = Artefacts(context.work_bucket, job_id).read_json(TOLD)
    except ObjectMissing:
        return {}  # `borrow` will say that the model is not there either
    return told


def borrow(work: Work, context: Context, job_id: str) -> Work:
    """
    Artefact ``model.lookalike``, a copy of that job's, whatever becomes of it; ``metadata.json`` is the model's.

    Raises:
        InputNotFound: the other job, or its model, is not there any more.
        InputInvalid: this version cannot read the model; the input's columns are not those of the model.
        ConditionsUnreachable: what is asked for cannot be drawn.
    """
    request, artefacts = work.request, context.artefacts(work)
    _copy(context, artefacts, job_id)
    learnt = _metadata(request, artefacts, job_id)
    _refuse_others(read_metadata(artefacts), learnt, job_id)
    artefacts.write_json("metadata.json", learnt.to_json())
    model = engine.model(request, artefacts)
    model.wishes(request.n_rows)
    return work.after("fit", notes=[*work.facts["notes"], *_notes(job_id), *model.notes])


def _copy(context: Context, artefacts: Artefacts, job_id: str) -> None:
    """What an earlier attempt copied stays: the other job may be gone by now."""
    if artefacts.exists(MODEL):
        return
    try:
        context.work_bucket.copy(Artefacts(context.work_bucket, job_id).path(MODEL), artefacts.path(MODEL))
    except ObjectMissing:
        raise InputNotFound(
            f"{KEY}: the model of job {job_id} is not there any more.",
            hint="Name a job that was neither deleted nor has expired, or leave it out to learn anew.",
        ) from None


def _metadata(request: Request, artefacts: Artefacts, job_id: str) -> Metadata:
    try:
        return engine.promise(request, artefacts.read(MODEL)).metadata
    except ModelFileError as error:
        raise InputInvalid(
            f"{KEY}: the model of job {job_id} cannot be used. {error.message}",
            hint="Run that job again with this version, or leave it out to learn anew.",
        ) from None


def _refuse_others(found: Metadata, learnt: Metadata, job_id: str) -> None:
    """Columns by name, in any order; what the input's are stored as is what the report compares."""
    theirs = {column.name: column for column in found.columns}
    for column in learnt.columns:
        if column.name not in theirs:
            raise _other(f"The input lacks column '{column.name}', which the model of job {job_id} has.")
        if theirs[column.name].dtype != column.dtype:
            raise _other(f"Column '{column.name}' of the input is {_stored(theirs[column.name], column, job_id)}.")
    if more := [name for name in found.names if name not in learnt.names]:
        raise _other(f"The input has column '{more[0]}', which the model of job {job_id} lacks.")


def _stored(found: Column, learnt: Column, job_id: str) -> str:
    """By the names of the dtypes alone: all of an Enum would be its levels."""
    here, there = found.dtype.base_type().__name__, learnt.dtype.base_type().__name__
    if here == there:
        return f"stored as another {here} than in the model of job {job_id}"
    return f"stored as {here}, in the model of job {job_id} as {there}"


def _other(message: str) -> InputInvalid:
    return InputInvalid(message, hint="Give an input of the model's columns, or learn anew without model_from_job.")


def _notes(job_id: str) -> list[str]:
    return [
        f"The model of job {job_id} was used; nothing was learnt.",
        "That job may have learnt from rows of this input, so none count as held back and privacy is not measured.",
    ]
