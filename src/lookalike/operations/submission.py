"""What a submission asks for, checked and made canonical; needs no data, no database and no bucket."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lookalike.data import parameters
from lookalike.data.asking import ConditionTable
from lookalike.errors import ValidationError
from lookalike.evaluation import ROOMS
from lookalike.evaluation.gate import problems as gate_problems
from lookalike.operations.paths import is_prefix, problem, would_overwrite
from lookalike.pipeline.work import Request

NAME_MAX_CHARS = 255
PARAMETERS_MAX_BYTES = 262_144
SEED_BITS = 63  # seeds are 0 … 2^63 - 1

# every spelling, without case, and what it is called here
_DATA_TYPES = {
    "tabular": "tabular",
    "text": "text",
    "time_series": "time_series",
    "time series": "time_series",
    "time-series": "time_series",
    "timeseries": "time_series",
}


@dataclass(frozen=True)
class Submission:
    """
    A create request, field for field as the contract names them, types already checked.

    Attributes:
        unknown: Names of top-level fields that mean nothing here.
    """

    data_type: str
    data_size: int
    input_format: str
    output_format: str
    input_bucket: str
    output_bucket: str
    input_path: str
    output_path: str
    project_id: str
    is_async: bool = True
    timeout: int = 3600
    resume_window: int = 300
    parameters: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """
    What this service takes.

    Attributes:
        formats: Names of the formats it can read and write.
        knows_bucket: Tells whether there is a bucket of a name.
        rows_max, object_rows_max, timeout_max_s, input_max_bytes: As in the settings ``[jobs]``.
        draw: So many random bits as a number.
        knows_endpoint: Tells whether there is a language model's server of that name.
        knows_model: Tells whether a folder of this machine is a model that jobs may use.
    """

    formats: tuple[str, ...]
    knows_bucket: Callable[[str], bool]
    rows_max: int
    object_rows_max: int
    timeout_max_s: int
    input_max_bytes: int
    draw: Callable[[int], int]
    knows_endpoint: Callable[[str], bool] = lambda name: False
    knows_model: Callable[[str], bool] = lambda folder: False


def check(asked: Submission, rules: Rules) -> Request:
    """
    The request in canonical form, with a seed drawn if none was given.

    Raises:
        ValidationError: names every field that is wrong, those of `parameters` included.
    """
    problems = list(_problems(asked, rules))
    chosen: Mapping[str, Any] = {}
    try:
        chosen = _parameters(asked, rules)
    except ValidationError as error:
        problems += error.fields
    if problems:
        summary = "; ".join(f"{name} {message}" for name, message in problems[:5])
        raise ValidationError(f"The job cannot be accepted: {summary}.", fields=problems)
    return _request(asked, chosen)


def with_model_of(request: Request, lender: Mapping[str, Any]) -> Request:
    """
    The request for rows of a model that is there already.

    Its input is read as that of the lender was, and what is shown of how the rows were made is how they were. The model
    may have been learnt from any row of the input, so none is held back.

    Args:
        lender: Parameters of the job whose model it is.
    """
    learnt = {name: lender[name] for name in parameters.OF_FITTING if name in lender}
    return replace(request, parameters={**request.parameters, **learnt, "holdout_share": 0.0})


def configuration(asked: Submission, request: Request) -> dict[str, Any]:
    """What the job's status shows of the request: the contract's nested shape, and what it leaves out beside it."""
    return {
        "input_location": {"bucket": request.input_bucket, "path": request.input_path},
        "output_location": {"bucket": request.output_bucket, "path": request.output_path},
        "data_type": request.data_type,
        "project_id": request.project_id,
        "parameters": dict(request.parameters),
        "input_format": request.input_format,
        "output_format": request.output_format,
        "data_size": request.n_rows,
        "is_async": asked.is_async,
        "timeout": asked.timeout,
        "resume_window": asked.resume_window,
    }


def _request(asked: Submission, chosen: Mapping[str, Any]) -> Request:
    return Request(
        data_type=_DATA_TYPES[asked.data_type.lower()],
        n_rows=asked.data_size,
        input_format=asked.input_format.lower(),
        output_format=asked.output_format.lower(),
        input_bucket=asked.input_bucket,
        input_path=asked.input_path,
        output_bucket=asked.output_bucket,
        output_path=asked.output_path,
        project_id=asked.project_id,
        parameters=chosen,
    )


def _problems(asked: Submission, rules: Rules) -> Iterator[tuple[str, str]]:
    yield from _data_type(asked.data_type)
    yield from _formats(asked, rules)
    yield from _numbers(asked, rules)
    yield from _places(asked, rules)
    yield from _project(asked.project_id)


def _formats(asked: Submission, rules: Rules) -> Iterator[tuple[str, str]]:
    """Formats of lines hold texts and nothing else."""
    lines = parameters.LINE_FORMATS if _DATA_TYPES.get(asked.data_type.lower()) != "text" else ()
    known = [name for name in rules.formats if name not in lines]
    for name in ("input_format", "output_format"):
        told = getattr(asked, name).lower()
        if told not in known:
            only = "is for data_type text; " if told in lines else ""
            yield name, f"{only}must be one of {', '.join(known)}"


def _data_type(name: str) -> Iterator[tuple[str, str]]:
    if name.lower() not in _DATA_TYPES:
        yield "data_type", f"is not known; available: {', '.join(parameters.PARAMETERS)}"


def _numbers(asked: Submission, rules: Rules) -> Iterator[tuple[str, str]]:
    if not 1 <= asked.data_size <= rules.rows_max:
        yield "data_size", f"must be from 1 to {rules.rows_max}"
    elif asked.data_size > rules.object_rows_max and not is_prefix(asked.output_path):
        yield (
            "output_path",
            f"is one object, which takes at most {rules.object_rows_max} rows; end it in '/' to get several parts",
        )
    if not 1 <= asked.timeout <= rules.timeout_max_s:
        yield "timeout", f"must be from 1 to {rules.timeout_max_s} seconds"
    if not 1 <= asked.resume_window <= _SECONDS_MAX:
        yield "resume_window", f"must be from 1 to {_SECONDS_MAX} seconds"


_SECONDS_MAX = 2**31 - 1  # what the database keeps; 68 years


def _places(asked: Submission, rules: Rules) -> Iterator[tuple[str, str]]:
    for name in ("input_bucket", "output_bucket"):
        if not rules.knows_bucket(getattr(asked, name)):
            yield name, "is not a bucket of this service"
    wrong_input = problem(asked.input_path, may_be_prefix=True, may_be_pattern=True)
    wrong_output = problem(asked.output_path, may_be_prefix=True)
    if wrong_input is not None:
        yield "input_path", wrong_input
    if wrong_output is not None:
        yield "output_path", wrong_output
    if asked.input_bucket == asked.output_bucket and would_overwrite(asked.output_path, asked.input_path):
        yield "output_path", "would overwrite the input, or be a part of it"


def _project(project_id: str) -> Iterator[tuple[str, str]]:
    if not 0 < len(project_id) <= NAME_MAX_CHARS or not project_id.isprintable():
        yield "project_id", f"must be 1 to {NAME_MAX_CHARS} printable characters"


def _parameters(asked: Submission, rules: Rules) -> Mapping[str, Any]:
    """Checked against the data type's model; a secret would be dumped as stars, because its type says it is one."""
    if len(json.dumps(asked.parameters)) > PARAMETERS_MAX_BYTES:
        message = f"are longer than {PARAMETERS_MAX_BYTES} bytes"
        raise ValidationError(f"The parameters {message}.", fields=[("parameters", message)])
    data_type = _DATA_TYPES.get(asked.data_type.lower())
    if data_type is None:
        return {}  # the data type is reported by itself
    chosen = parameters.parse(data_type, dict(asked.parameters))
    if problems := [
        *_table(asked, chosen, rules),
        *_idle(chosen),
        *_gate(data_type, chosen),
        *_sequences(asked, chosen),
        *_model(chosen, rules),
    ]:
        raise ValidationError("The parameters are not valid.", fields=problems)
    seed = rules.draw(SEED_BITS) if chosen.seed is None else chosen.seed
    return chosen.model_copy(update={"seed": seed}).model_dump(mode="json")


def _table(asked: Submission, chosen: parameters.Parameters, rules: Rules) -> Iterator[tuple[str, str]]:
    """What is wrong with where a table of conditions lies."""
    table = getattr(chosen, "conditions", None)
    if not isinstance(table, ConditionTable):
        return
    if not rules.knows_bucket(table.bucket):
        yield "parameters.conditions.bucket", "is not a bucket of this service"
    wrong = problem(table.path, may_be_prefix=False)
    if wrong is not None:
        yield "parameters.conditions.path", wrong
    if table.bucket == asked.output_bucket and would_overwrite(asked.output_path, table.path):
        yield "output_path", "would overwrite the table of conditions"


def _sequences(asked: Submission, chosen: parameters.Parameters) -> Iterator[tuple[str, str]]:
    wanted = getattr(chosen, "n_sequences", None)
    if wanted is not None and wanted > asked.data_size:
        yield "parameters.n_sequences", "is more than data_size, and each sequence has a row at least"


def _model(chosen: parameters.Parameters, rules: Rules) -> Iterator[tuple[str, str]]:
    """What is wrong with a language model: a job asks no server and reads no folder that the operator does not name."""
    asked = getattr(chosen, "endpoint", None)
    if asked is not None and not rules.knows_endpoint(asked.name):
        yield "parameters.endpoint.name", "is no endpoint of this service"
    told = getattr(chosen, "transformer", None)
    if told is not None and told.model_dir != "scratch" and not rules.knows_model(told.model_dir):
        yield "parameters.transformer.model_dir", "is not 'scratch' and no model of this service"


def _gate(data_type: str, chosen: parameters.Parameters) -> Iterator[tuple[str, str]]:
    if chosen.release_gate is not None and not chosen.evaluate:
        yield "parameters.release_gate", "needs evaluate, which makes the figures"
    held_back = chosen.holdout_share > 0 and chosen.model_from_job is None
    yield from gate_problems(chosen.release_gate, held_back=held_back, rooms=ROOMS[data_type])


def _idle(chosen: parameters.Parameters) -> Iterator[tuple[str, str]]:
    for name in parameters.idle(chosen):
        yield f"parameters.{name}", "has no effect beside model_from_job, whose model is learnt already; leave it out"
