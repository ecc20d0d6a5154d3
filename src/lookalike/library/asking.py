"""What is asked of rows when they are sampled, over what was asked in fitting."""

from collections.abc import Mapping
from typing import Any, TypeVar

import polars as pl

from lookalike.data.asking import Asking, ConditionTable, SequenceAsking
from lookalike.data.parameters import TabularParameters, checked
from lookalike.errors import UsageError
from lookalike.tables import given

A = TypeVar("A", Asking, SequenceAsking)


def wished(told: A, wanted: Mapping[str, Any]) -> tuple[A, pl.DataFrame | None]:
    """
    All that is asked for, and the table of conditions, if they came as one.

    Args:
        told: What was asked for in fitting; it stays where nothing is wanted instead.
        wanted: Wishes by name; None asks for nothing of the kind.

    Raises:
        ValidationError: a wish that is unknown or means nothing.
        UsageError: the conditions lie in a bucket.
    """
    conditions, table = wanted.get("conditions"), None
    if not isinstance(conditions, Mapping | list | tuple | None):
        table, wanted = given(conditions, TabularParameters()).frame, {**wanted, "conditions": None}
    known = type(told).model_fields
    found = checked(type(told), {name: v for name, v in wanted.items() if v is not None or name not in known})
    asking = told.model_copy(update={name: getattr(found, name) for name in wanted})
    if isinstance(asking.conditions, ConditionTable):
        raise UsageError(
            f"The conditions are the rows of '{asking.conditions.path}' in a bucket, which only the service reads.",
            hint="Give conditions: a table, a list, or None for none.",
        )
    return asking, table


def refuse_uncountable(number: object, what: str) -> None:
    """
    Nothing, if so many rows or sequences can be asked for.

    Raises:
        UsageError: this is no whole number of at least 1.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UsageError(f"The number of {what} must be a whole number of at least 1.")
