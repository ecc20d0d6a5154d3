"""Rules that rows must obey, as a caller declares them in `parameters.constraints`, and one that is only ever found."""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

CONSTRAINTS_MAX = 1_000
PATTERNS_MAX = 50  # each may take a tenth of a second to compile, while the caller waits
PATTERN_MAX_CHARS = 500
COLUMNS_MAX = 1_000  # terms of one sum may be a year of days

Name = Annotated[str, Field(min_length=1)]
Pair = tuple[Name, Name]
Bound = int | Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=64)]


class _Rule(BaseModel, ABC):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    @abstractmethod
    def named(self) -> tuple[str, ...]:
        """The columns the rule names, each once, in order."""

    @property
    def title(self) -> str:
        """What the rule is called in messages: its type and columns, never a cell."""
        told = [f"'{name}'" for name in self.named[:_TOLD]]
        more = len(self.named) - len(told)
        kind = getattr(self, "type", "rule")
        return f"{kind} of {', '.join(told)}" + (f" and {more} more" if more else "")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.named)) != len(self.named):
            raise PydanticCustomError("column_twice", "names a column twice")
        return self


_TOLD = 12  # columns that a message names


class Fd(_Rule):
    """Rows that agree on the determinant agree on the dependent."""

    type: Literal["fd"]
    determinant: Annotated[tuple[Name, ...], Field(min_length=1, max_length=16)]
    dependent: Name

    @property
    def named(self) -> tuple[str, ...]:
        return (*self.determinant, self.dependent)


class Equal(_Rule):
    """Both cells are the same."""

    type: Literal["equal"]
    columns: Pair

    @property
    def named(self) -> tuple[str, ...]:
        return self.columns


class Less(_Rule):
    """The first cell is less than the second."""

    type: Literal["less"]
    columns: Pair

    @property
    def named(self) -> tuple[str, ...]:
        return self.columns


class LessEqual(_Rule):
    """The first cell is at most the second."""

    type: Literal["less_equal"]
    columns: Pair

    @property
    def named(self) -> tuple[str, ...]:
        return self.columns


class Sum(_Rule):
    """The cells of `columns` add up to the cell of `equals`."""

    type: Literal["sum"]
    columns: Annotated[tuple[Name, ...], Field(min_length=2, max_length=COLUMNS_MAX)]
    equals: Name

    @property
    def named(self) -> tuple[str, ...]:
        return (*self.columns, self.equals)


class ClockSum(_Rule):
    """Clock times written HHMM: `clock` and so many `minutes` later it is `equals`, past midnight if need be."""

    type: Literal["clock_sum"]
    clock: Name
    minutes: Name
    equals: Name

    @property
    def named(self) -> tuple[str, ...]:
        return (self.clock, self.minutes, self.equals)


class Combination(_Rule):
    """The cells stand together in the input too, in at least `min_level_rows` of the rows learnt from."""

    type: Literal["combination"]
    columns: Annotated[tuple[Name, ...], Field(min_length=2, max_length=16)]

    @property
    def named(self) -> tuple[str, ...]:
        return self.columns


class Range(_Rule):
    """The cell is from `min` to `max`, both included; dates and times as ISO 8601 text."""

    type: Literal["range"]
    column: Name
    min: Bound | None = None
    max: Bound | None = None

    @property
    def named(self) -> tuple[str, ...]:
        return (self.column,)

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.min is None and self.max is None:
            raise PydanticCustomError("no_end", "needs min or max")
        if isinstance(self.min, int | float) and isinstance(self.max, int | float) and self.min > self.max:
            raise PydanticCustomError("ends", "has min above max")
        return self


class Regex(_Rule):
    """The whole cell, as it is spelled in text, matches the pattern."""

    type: Literal["regex"]
    column: Name
    pattern: Annotated[str, Field(max_length=PATTERN_MAX_CHARS)]

    @property
    def named(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def whole(self) -> str:
        """The pattern of a whole cell, in the syntax of Rust's regex crate, which takes linear time."""
        return _whole(self.pattern)


class Unique(_Rule):
    """No two rows agree on all columns."""

    type: Literal["unique"]
    columns: Annotated[tuple[Name, ...], Field(min_length=1, max_length=16)]

    @property
    def named(self) -> tuple[str, ...]:
        return self.columns


KINDS: dict[str, type[BaseModel]] = {
    "fd": Fd,
    "equal": Equal,
    "less": Less,
    "less_equal": LessEqual,
    "sum": Sum,
    "combination": Combination,
    "range": Range,
    "regex": Regex,
    "unique": Unique,
}
Declared = Fd | Equal | Less | LessEqual | Sum | Combination | Range | Regex | Unique
Rule = Declared | ClockSum
Constraint = Annotated[Declared, Field(discriminator="type")]


def _computable(rules: tuple[Declared, ...]) -> tuple[Declared, ...]:
    """The rules, if their patterns can be used."""
    patterns = [(number, rule) for number, rule in enumerate(rules) if isinstance(rule, Regex)]
    if len(patterns) > PATTERNS_MAX:
        raise PydanticCustomError("patterns", f"hold more than {PATTERNS_MAX} of type regex")
    for number, rule in patterns:
        reason = _refused(rule.pattern) or _refused(rule.whole)
        if reason:
            told = {"number": number, "reason": reason}
            raise PydanticCustomError("pattern", "have at {number} a pattern that cannot be used: {reason}", told)
    return rules


Constraints = Annotated[tuple[Constraint, ...], Field(max_length=CONSTRAINTS_MAX), AfterValidator(_computable)]
_RULES: TypeAdapter[Rule] = TypeAdapter(Annotated[Rule, Field(discriminator="type")])


def rule_from_json(value: Any) -> Rule:
    """
    The rule that `model_dump(mode="json")` told.

    Raises:
        ValueError: something else.
    """
    return _RULES.validate_python(value, strict=False)


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


@lru_cache(maxsize=256)
def _refused(pattern: str) -> str | None:
    """Why the pattern cannot be used; None if it can. Only the reason is told: polars quotes more."""
    import polars as pl

    try:
        pl.Series([""]).str.contains(pattern, strict=True)
    except pl.exceptions.PolarsError as error:
        reasons = [line for line in str(error).splitlines() if line.startswith("error: ")]
        too_large = "size limit" in str(error)
        return (
            "it is too large when compiled"
            if too_large
            else (reasons or ["it is not understood"])[0].removeprefix("error: ")
        )
    return None
