"""The keys of `parameters` that a caller may set, with ranges and defaults: for the API, the command, the library."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic import ValidationError as PydanticError
from pydantic_core import PydanticCustomError, PydanticSerializationError

from lookalike.data.asking import NOTHING, Asking, Fairness, SequenceAsking
from lookalike.data.columns import ColumnParameters
from lookalike.data.constraints import KINDS, Constraints, Declared
from lookalike.data.frequency import parse_frequency
from lookalike.errors import ValidationError

SEED_MAX = 2**63 - 1
LINE_FORMATS = ("txt",)  # of a record a line: they hold texts and no table
# what only learning uses: of no effect where a model is there already
OF_FITTING = (
    *("columns", "constraints", "exclude", "fit_rows", "min_level_rows", "privacy", "quality"),
    *("context_columns", "frequency", "layout", "sequence_index", "sequence_key"),
    *("attributes", "backend", "budget_s", "endpoint", "text_columns", "transformer"),
)

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _job_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise PydanticCustomError("job_id", "must be the id of a job, a UUID")
    return value.lower()


class Limits(BaseModel):
    """What a figure of the report must keep: `min`, `max`, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max: Annotated[float, Field(allow_inf_nan=False)] | None = None


def _gate(value: Any) -> str:
    """Which of its two forms `release_gate` has: then only that one's faults are told."""
    return "named" if isinstance(value, str) else "limits"


ReleaseGate = Annotated[
    Annotated[Literal["standard"], Tag("named")]
    | Annotated[dict[str, Limits], Field(min_length=1, max_length=100), Tag("limits")],
    Discriminator(_gate),
]


class CsvParameters(BaseModel):
    """How CSV is read and written: `delimiter`, the `null` token, `safe` against spreadsheet formulas."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    null: Annotated[str, Field(max_length=64)] | None = None
    safe: bool = False


class Parameters(BaseModel):
    """
    What all engines share.

    `model_from_job`: use the model of that job, in lower case, instead of learning one. `release_gate`: what figures of
    the report must keep for the output to be published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] | None = None
    if_exists: Literal["error", "replace"] = "error"
    part_rows: Annotated[int, Field(ge=1, le=50_000_000)] = 1_000_000
    privacy: Literal["faithful", "balanced", "private"] = "balanced"
    quality: Literal["standard", "high"] = "standard"
    holdout_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.1
    evaluate: bool = True
    release_gate: ReleaseGate | None = None
    exclude: tuple[str, ...] = ()
    columns: dict[str, ColumnParameters] = Field(default_factory=dict)
    csv: CsvParameters = CsvParameters()
    model_from_job: Annotated[str, AfterValidator(_job_id)] | None = None

    @property
    def told_columns(self) -> Mapping[str, ColumnParameters]:
        """What is told of columns, by `columns` or otherwise."""
        return self.columns


class TabularParameters(Parameters, Asking):
    """
    What the tabular engine adds.

    `fit_rows`: learn from at most that many rows. `min_level_rows`: rows a level must stand in to be shown.
    `constraints`: rules that hold in the input and are to hold in every row of the output.
    """

    fit_rows: Annotated[int, Field(ge=20)] | None = None
    min_level_rows: Annotated[int, Field(ge=1)] = 5
    constraints: Constraints = ()

    @property
    def asking(self) -> Asking:
        """What is asked of the output besides looking like the input."""
        return Asking(**{name: getattr(self, name) for name in Asking.model_fields})


def _names(value: Any) -> Any:
    """One name may stand for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


def _frequency(word: str) -> str:
    if parse_frequency(word) is None:
        raise PydanticCustomError(
            "frequency", "should be a number and s, m, h, d, bd, w, mo, q or y, such as 15m or 1bd"
        )
    return word


class TimeSeriesParameters(Parameters, SequenceAsking):
    """
    What sequences add.

    `sequence_key`: columns that say which sequence a row belongs to; an empty list: the table is one series.
    `sequence_index`: the column that orders the rows of a sequence; an empty text: they are in order.
    `context_columns`: constant within each sequence. What is left out of these three is found in the cells.
    `frequency`: the time between rows, as `data.frequency` knows it. `layout`: a row is one step of a
    sequence, or a whole one. `fit_rows`, `min_level_rows`, `constraints`: as of tables.
    """

    sequence_key: Names | None = None
    sequence_index: str | None = None
    context_columns: Names | None = None
    frequency: Annotated[str, Field(max_length=16), AfterValidator(_frequency)] | None = None
    layout: Literal["long", "wide"] = "long"
    constraints: Constraints = ()
    fit_rows: Annotated[int, Field(ge=20)] | None = None
    min_level_rows: Annotated[int, Field(ge=1)] = 5

    @property
    def asking(self) -> SequenceAsking:
        """What is asked of the output besides looking like the input."""
        return SequenceAsking(**{name: getattr(self, name) for name in SequenceAsking.model_fields})


_AS_FOUND, _AS_TEXT = ColumnParameters(), ColumnParameters(type="text")


class EndpointParameters(BaseModel):
    """
    A language model that is asked for texts.

    `name`: of the server, as the settings know it. `model`: as that server knows it. `examples`: real records shown in
    each request, or none. `max_requests`, `max_tokens`: the most of the whole job; without them as many as it takes.
    `dp_epsilon`: write with differential privacy of that budget, for which no real record is shown either.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    model: Annotated[str, Field(min_length=1, max_length=256)]
    examples: Literal["fresh", "none"] = "fresh"
    max_requests: Annotated[int, Field(ge=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    dp_epsilon: Annotated[float, Field(gt=0.0, le=100.0)] | None = None

    @model_validator(mode="after")
    def _shows_nothing(self) -> Self:
        if self.dp_epsilon is not None and self.examples != "none":
            raise PydanticCustomError("examples", "have dp_epsilon, for which no examples may be shown: say none")
        return self


class TransformerParameters(BaseModel):
    """
    A transformer that is trained here.

    `model_dir`: a folder with the model to begin with, or ``scratch``. `epochs`: how often each record is seen; left
    out, as often as `budget_s` allows. `dp_epsilon`: train with differential privacy of that budget.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    model_dir: Annotated[str, Field(min_length=1, max_length=1_024)] = "scratch"
    epochs: Annotated[int, Field(ge=1, le=1_000)] | None = None
    dp_epsilon: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None


class TextParameters(Parameters, Asking):
    """
    What texts add.

    `backend`: what writes the texts. `text_columns`: the columns that hold them. `attributes`: columns that say of what
    kind a text is; an empty list: none does. What is left out of these two is found in the cells. `budget_s`: seconds
    of one processor that training may take, counted in steps, not by a clock; left out, 60, with `quality` high 180.
    `endpoint`, `transformer`: of the backend of that name. The wishes, `constraints`, `fit_rows`, `min_level_rows`: as
    of tables; wishes and rules are about the columns beside the texts.
    """

    backend: Literal["recurrent", "ngram", "endpoint", "transformer"] = "recurrent"
    text_columns: Annotated[Names, Field(min_length=1)] | None = None
    attributes: Names | None = None
    endpoint: EndpointParameters | None = None
    transformer: TransformerParameters | None = None
    budget_s: Annotated[int, Field(ge=1, le=86_400)] | None = None
    fit_rows: Annotated[int, Field(ge=20)] | None = None
    min_level_rows: Annotated[int, Field(ge=1)] = 5
    constraints: Constraints = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.backend == "endpoint" and self.endpoint is None:
            raise PydanticCustomError("backend", "have the backend endpoint, but no endpoint: say its name and model")
        for name in ("endpoint", "transformer"):
            if getattr(self, name) is not None and self.backend != name:
                raise PydanticCustomError("backend", f"have {name}, which means nothing without backend: {name}")
        if any(rule.type == "unique" for rule in self.constraints):
            raise PydanticCustomError("unique", "have a constraint unique, which is kept in tables only")
        for name in self.text_columns or ():
            if name in (self.attributes or ()):
                raise PydanticCustomError("roles", "name a column in text_columns and in attributes")
            if self.columns.get(name, _AS_FOUND) not in (_AS_FOUND, _AS_TEXT):
                raise PydanticCustomError("roles", "name a column in text_columns that columns says is something else")
        return self

    @property
    def told_columns(self) -> Mapping[str, ColumnParameters]:
        """What is told of columns: those told to hold texts are texts, whatever they look like."""
        return {**self.columns, **dict.fromkeys(self.text_columns or (), _AS_TEXT)}

    @property
    def asking(self) -> Asking:
        """What is asked of the columns beside the texts."""
        return Asking(**{name: getattr(self, name) for name in Asking.model_fields})

    @property
    def beside(self) -> TabularParameters:
        """The same, as the tabular engine takes it that draws the columns beside the texts."""
        return TabularParameters(**{name: getattr(self, name) for name in TabularParameters.model_fields})


_NESTED: dict[str, type[BaseModel]] = {
    "columns": ColumnParameters,
    "csv": CsvParameters,
    "endpoint": EndpointParameters,
    "fairness": Fairness,
    "release_gate": Limits,
    "transformer": TransformerParameters,
}
_TAGS = {
    "constraints": 2,
    "conditions": 1,
    "release_gate": 1,
}  # which part of an error's path says the form that was read, and is no key
PARAMETERS: dict[str, type[Parameters]] = {
    "tabular": TabularParameters,
    "text": TextParameters,
    "time_series": TimeSeriesParameters,
}
_RULED = TabularParameters | TextParameters | TimeSeriesParameters


P = TypeVar("P", bound=BaseModel)


def refuse(problems: Iterable[tuple[str, str]]) -> None:
    """Nothing, if there are no problems; else a ValidationError that names each field."""
    if fields := list(problems):
        raise ValidationError("; ".join(f"{name} {message}" for name, message in fields) + ".", fields=fields)


def parse(data_type: str, values: Mapping[str, Any]) -> Parameters:
    """The parameters of a data type; see `checked`."""
    return checked(PARAMETERS[data_type], values)


def idle(chosen: Parameters) -> tuple[str, ...]:
    """Names of parameters that were set though they have no effect beside `model_from_job`; none without that."""
    if chosen.model_from_job is None:
        return ()
    fields = type(chosen).model_fields
    known = [name for name in (*OF_FITTING, "holdout_share") if name in fields]
    return tuple(n for n in known if getattr(chosen, n) != fields[n].get_default(call_default_factory=True))


def declared(data_type: str, values: Mapping[str, Any]) -> tuple[Declared, ...]:
    """The rules that the parameters of a data type declare; none where it knows none. Raises as `checked`."""
    parsed = parse(data_type, values)
    return parsed.constraints if isinstance(parsed, _RULED) else ()


def asking(data_type: str, values: Mapping[str, Any]) -> Asking | SequenceAsking:
    """What the parameters of a data type ask of the output; nothing where it knows no such wishes. As `checked`."""
    parsed = parse(data_type, values)
    return parsed.asking if isinstance(parsed, _RULED) else NOTHING


def checked(model: type[P], values: Mapping[str, Any]) -> P:
    """
    The parameters as their model.

    Raises:
        ValidationError: names every key that is unknown or out of range, and what is allowed.
    """
    try:
        return model.model_validate_json(_json(values))
    except PydanticSerializationError:
        fields = [("parameters", "hold something that cannot be written as JSON")]
    except PydanticError as error:
        fields = [_field(model, e) for e in error.errors(include_url=False, include_input=False)]
    raise ValidationError(
        "The parameters are not valid: " + "; ".join(f"{f} {m}" for f, m in fields) + ".", fields=fields
    )


def _json(values: Mapping[str, Any]) -> bytes:
    from pydantic_core import to_json

    return to_json(values, inf_nan_mode="constants")


def _field(model: type[BaseModel], error: Any) -> tuple[str, str]:
    of_rule = error["loc"][:1] == ("constraints",) and len(error["loc"]) > 1
    tag = _TAGS.get(error["loc"][0]) if error["loc"] else None
    path = ".".join(["parameters", *(str(part) for n, part in enumerate(error["loc"]) if n != tag)])
    if error["type"] != "extra_forbidden":
        return path, str(error["msg"])
    inner = _NESTED.get(error["loc"][0], CsvParameters) if len(error["loc"]) > 1 else model
    inner = KINDS[error["loc"][2]] if of_rule else inner
    return path, f"is unknown; allowed: {', '.join(sorted(inner.model_fields))}"
