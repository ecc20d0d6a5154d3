"""The keys of `parameters` that a caller may set, with ranges and defaults: for the API, the command, the library."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from lookalike.data.asking import NOTHING, Asking
from lookalike.data.columns import ColumnParameters
from lookalike.data.constraints import KINDS, Constraints, Declared
from lookalike.errors import ValidationError

SEED_MAX = 2**63 - 1


class CsvParameters(BaseModel):
    """How CSV is read and written: `delimiter`, the `null` token, `safe` against spreadsheet formulas."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    null: Annotated[str, Field(max_length=64)] | None = None
    safe: bool = False


class Parameters(BaseModel):
    """What all engines share."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] | None = None
    if_exists: Literal["error", "replace"] = "error"
    part_rows: Annotated[int, Field(ge=1, le=50_000_000)] = 1_000_000
    privacy: Literal["faithful", "balanced", "private"] = "balanced"
    quality: Literal["standard", "high"] = "standard"
    holdout_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.1
    evaluate: bool = True
    exclude: tuple[str, ...] = ()
    columns: dict[str, ColumnParameters] = Field(default_factory=dict)
    csv: CsvParameters = CsvParameters()


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


_NESTED: dict[str, type[BaseModel]] = {"columns": ColumnParameters, "csv": CsvParameters}
PARAMETERS: dict[str, type[Parameters]] = {"tabular": TabularParameters}


P = TypeVar("P", bound=Parameters)


def parse(data_type: str, values: Mapping[str, Any]) -> Parameters:
    """The parameters of a data type; see `checked`."""
    return checked(PARAMETERS[data_type], values)


def declared(data_type: str, values: Mapping[str, Any]) -> tuple[Declared, ...]:
    """The rules that the parameters of a data type declare; none where it knows none. Raises as `checked`."""
    parsed = parse(data_type, values)
    return parsed.constraints if isinstance(parsed, TabularParameters) else ()


def asking(data_type: str, values: Mapping[str, Any]) -> Asking:
    """What the parameters of a data type ask of single rows; nothing where it knows no such wishes. As `checked`."""
    parsed = parse(data_type, values)
    return parsed.asking if isinstance(parsed, TabularParameters) else NOTHING


def checked(model: type[P], values: Mapping[str, Any]) -> P:
    """
    The parameters as their model.

    Raises:
        ValidationError: names every key that is unknown or out of range, and what is allowed.
    """
    try:
        return model.model_validate_json(_json(values))
    except PydanticError as error:
        fields = [_field(model, e) for e in error.errors(include_url=False, include_input=False)]
    raise ValidationError("The parameters are not valid: " + "; ".join(f"{f} {m}" for f, m in fields), fields=fields)


def _json(values: Mapping[str, Any]) -> bytes:
    from pydantic_core import to_json

    return to_json(values, inf_nan_mode="constants")


def _field(model: type[BaseModel], error: Any) -> tuple[str, str]:
    of_rule = error["loc"][:1] == ("constraints",)  # whose third part is the type of the rule, which is no key
    path = ".".join(["parameters", *(str(part) for n, part in enumerate(error["loc"]) if not (of_rule and n == 2))])
    if error["type"] != "extra_forbidden":
        return path, str(error["msg"])
    inner = _NESTED.get(error["loc"][0], CsvParameters) if len(error["loc"]) > 1 else model
    inner = KINDS[error["loc"][2]] if of_rule else inner
    return path, f"is unknown; allowed: {', '.join(sorted(inner.model_fields))}"
