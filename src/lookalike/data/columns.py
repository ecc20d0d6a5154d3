"""What a caller may say of a column: the values of `parameters.columns`. Without polars, so that doors open fast."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TypeName = Literal[
    "boolean", "integer", "decimal", "categorical", "ordered", "date", "datetime", "time", "duration", "id", "text",
    "nested", "email", "phone", "name", "first_name", "last_name", "address", "city", "postcode", "card", "iban", "ip",
    "latitude", "longitude",
]  # fmt: skip
Level = bool | int | float | str
Bound = int | float | Annotated[str, Field(max_length=64)]

LEVELS_MAX = 100_000
SLOTS = {"0": "0-9", "A": "A-Z", "a": "a-z", "H": "0-9A-F", "h": "0-9a-f"}  # of a told format, as classes of letters
_MOMENTS = frozenset({"date", "datetime", "time"})
_PATTERNED = frozenset({"id", "phone", "postcode"})  # made of letters and digits place by place
_LEVELLED = frozenset({"categorical", "ordered"})
_BOUNDED = _MOMENTS | {None, "integer", "decimal", "duration", "latitude", "longitude", "id"}


class ColumnParameters(BaseModel):
    """
    What is told of one column; whatever is left out is found in its cells.

    Attributes:
        type: What it means.
        format: Of dates, datetimes and times: a strftime pattern. Of IDs, phones and postcodes: `0` for a digit, `A`
            and `a` for a letter, `H` and `h` for a hexadecimal digit, all else for itself, as those five are behind a
            backslash.
        min, max: Least and greatest cell: of numbers, or text that is read as a cell would be.
        levels: Of `ordered`: from the least to the greatest. Of `categorical`: those that may occur.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    type: TypeName | None = None
    format: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    min: Bound | None = None
    max: Bound | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=LEVELS_MAX)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _check("format", self.format, self.type, _MOMENTS | _PATTERNED)
        _check("levels", self.levels, self.type, _LEVELLED)
        _check("min", self.min, self.type, _BOUNDED)
        _check("max", self.max, self.type, _BOUNDED)
        if self.format is not None and self.type in _PATTERNED:
            slots(self.format)
        if self.levels is not None and len({(type(level) is bool, level) for level in self.levels}) < len(self.levels):
            raise ValueError("levels names a level twice")
        return self


def nested_names(columns: Mapping[str, ColumnParameters]) -> frozenset[str]:
    """The columns that are told to be nested."""
    return frozenset(name for name, rule in columns.items() if rule.type == "nested")


def columns_from_json(value: Mapping[str, Any]) -> dict[str, ColumnParameters]:
    """The columns that were told of, from JSON that a checked request holds."""
    return {name: ColumnParameters.model_validate_json(json.dumps(rule)) for name, rule in value.items()}


def slots(format_: str) -> tuple[tuple[str, str], ...]:
    """
    The places of a told format: `0`, `A`, `a`, `H` or `h` with nothing, or ``=`` with the character that stands there.

    Raises:
        ValueError: no place that varies, or a backslash at the end.
    """
    found: list[tuple[str, str]] = []
    letters = iter(format_)
    for letter in letters:
        if letter == "\\":
            literal = next(letters, "")
            if not literal:
                raise ValueError("format ends in a backslash")
            found.append(("=", literal))
        else:
            found.append((letter, "") if letter in SLOTS else ("=", letter))
    if all(kind == "=" for kind, _ in found):
        raise ValueError(f"format has none of {', '.join(SLOTS)}")
    return tuple(found)


def _check(key: str, value: object, type_: str | None, allowed: frozenset[str | None] | frozenset[str]) -> None:
    if value is not None and type_ not in allowed:
        raise ValueError(f"{key} needs a type of: {', '.join(sorted(t for t in allowed if t))}")
