"""What a caller asks of the output besides looking like the input: of rows, and of sequences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError


def _cell(value: Any) -> Any:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise PydanticCustomError("cell", "should be a text, a number, true, false or null")
    return value


Cell = Annotated[str | int | float | bool | None, BeforeValidator(_cell)]
Condition = Annotated[dict[str, Cell], Field(min_length=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

LENGTH_MAX = 1_000_000  # rows of one sequence among several: it is drawn in one piece
SHARES_SLACK = 1e-6  # shares that add up to one in decimals may miss it by that


class ConditionTable(BaseModel):
    """Where a table of conditions lies: each of its columns is given, each of its rows is one condition."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bucket: str
    path: str


class Fairness(BaseModel):
    """In the output `target` does not depend on the `protected` columns: demographic parity gap at most 0.02."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    target: str
    protected: Annotated[tuple[str, ...], Field(min_length=1)]


def _conditions(value: Any) -> Any:
    """One condition as a tuple of one; a table's whereabouts, told by exactly their two keys, as they are."""
    if isinstance(value, Mapping) and set(value) != set(ConditionTable.model_fields):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _form(value: Any) -> str:
    """Which of its two forms `conditions` has: then only that one's faults are told."""
    return "table" if isinstance(value, Mapping | ConditionTable) else "list"


def _within_one(shares: dict[str, float]) -> dict[str, float]:
    if sum(shares.values()) > 1.0 + SHARES_SLACK:
        raise PydanticCustomError("shares", "has shares that add up to more than 1")
    return shares


Conditions = Annotated[
    Annotated[ConditionTable, Tag("table")]
    | Annotated[tuple[Condition, ...], Field(min_length=1, max_length=1_000), Tag("list")],
    Discriminator(_form),
    BeforeValidator(_conditions),
]
Shares = Annotated[dict[str, Share], Field(min_length=1), AfterValidator(_within_one)]


class Asking(BaseModel):
    """
    The four wishes; each names columns of the input.

    `conditions`: cells that rows must have; of several conditions each gets as many rows as any other, give or take
    one, in their order. `rebalance`: shares of levels, told as text; levels not named divide the rest among them as in
    the input. `impute`: columns never missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    conditions: Conditions | None = None
    rebalance: dict[str, Shares] = Field(default_factory=dict)
    impute: tuple[str, ...] = ()
    fairness: Fairness | None = None


NOTHING = Asking()


def _ends(value: Any) -> Any:
    """One length may stand for both ends."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    return tuple(value) if isinstance(value, list) else value


def _in_order(ends: tuple[int, int]) -> tuple[int, int]:
    if ends[0] > ends[1]:
        raise PydanticCustomError("ends", "has its least length above its greatest")
    return ends


def _moment(start: str | int | float) -> str | int | float:
    """Text that names a day or a time; a number as it is."""
    if isinstance(start, str):
        try:
            datetime.fromisoformat(start)
        except ValueError:
            raise PydanticCustomError("start", "should be a date, a time as RFC 3339 has it, or a number") from None
    return start


_Length = Annotated[int, Field(ge=1, le=LENGTH_MAX)]
Lengths = Annotated[tuple[_Length, _Length], AfterValidator(_in_order), BeforeValidator(_ends)]

_Text = Annotated[str, Field(max_length=64)]
Start = Annotated[_Text | int | Annotated[float, Field(allow_inf_nan=False)], AfterValidator(_moment)]


class SequenceAsking(BaseModel):
    """
    What is asked of sequences.

    `n_sequences`: make that many whole ones. `sequence_length`: least and greatest rows of each. `start`: the time of
    the first row of each. `conditions`: as `Asking`, of context columns and of values in first rows; each condition
    gets as many sequences as any other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    n_sequences: Annotated[int, Field(ge=1)] | None = None
    sequence_length: Lengths | None = None
    start: Start | None = None
    conditions: Conditions | None = None
