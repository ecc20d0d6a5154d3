"""What the columns of sequences are: key, index, context, values; as told, else as found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lookalike.data.inference import meaning
from lookalike.data.metadata import Column, ColumnType, Metadata, stored_type
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.grouping import Ints, place, ranks, sequence_numbers
from lookalike.data.sequences.search import Search, find
from lookalike.data.sequences.spelled import find_spelling, is_spelled
from lookalike.errors import InputInvalid

IN_ORDER = ""  # told in the place of an index: rows are in order

_OFFSET = r"[0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}:?[0-9]{2})$"
_FEW = 100_000  # rows, to see that cells vary


@dataclass(frozen=True)
class Roles:
    """
    The columns of sequences by what they are for.

    Attributes:
        key: Say which sequence a row belongs to; none: the table is one series.
        index: Orders the rows of a sequence; None: they are in order.
        context: Constant within every sequence, of the other columns.
        values: What is left, in the table's order.
        why: A sentence for each choice that was not told; never a cell.
    """

    key: tuple[str, ...]
    index: str | None
    context: tuple[str, ...]
    values: tuple[str, ...]
    why: tuple[str, ...] = ()


def find_roles(table: pl.DataFrame, metadata: Metadata, parameters: TimeSeriesParameters) -> Roles:
    """
    The roles of the columns: those told as told, the others as the cells tell.

    A key and an index fit if they tell rows apart. Of those that fit, keys of fewest columns come first; among them
    `evidence.points` choose. A date, year or number named as a time that runs through the whole table makes it one
    series. Without an index, a key is a column whose equal cells stand together, each in one run.

    Args:
        table: Typed, as `data.inference.infer` gives it.

    Raises:
        InputInvalid: a told column that is not there, is told twice, has missing cells (key, index), has no order
            (index), varies within a sequence (context); no column is left for values.
    """
    _check_names(table, parameters)
    key, index = parameters.sequence_key, parameters.sequence_index or None
    in_order = parameters.sequence_index == IN_ORDER
    for name in (*(key or ()), *(() if index is None else (index,))):
        _refuse_missing(table[name])
    if index is not None:
        _refuse_orderless(table[index])
    kept = table.drop(parameters.context_columns or ())
    found = find(Search(kept, key, index, in_order))
    for name in (*found.key, *(() if found.index is None else (found.index,))):
        _refuse_missing(table[name])
    numbers = sequence_numbers(table, found.key)
    context = _context(table, numbers, (*found.key, found.index), parameters)
    values = tuple(n for n in table.columns if n not in {*found.key, found.index, *context})
    if not values:
        raise InputInvalid(
            "No column is left that changes along a sequence.", hint="Correct sequence_key and context_columns."
        )
    why = (
        *(() if key is not None else (_why_key(found.key, found.why_key),)),
        *(() if index is not None or in_order else (_why_index(found.index, found.why_index),)),
        *(() if not context or parameters.context_columns is not None else (_why_context(context),)),
    )
    return Roles(found.key, found.index, context, values, why)


def with_roles(parameters: TimeSeriesParameters, roles: Roles) -> TimeSeriesParameters:
    """The parameters with the roles told."""
    told = {"sequence_key": roles.key, "sequence_index": roles.index, "context_columns": roles.context}
    return parameters.model_copy(update=told)


def typed_roles(metadata: Metadata, roles: Roles, table: pl.DataFrame, told: Collection[str] = ()) -> Metadata:
    """
    The metadata with the meanings that roles give.

    An index is what it is stored as, columns of a key are IDs; context is what it would be in a table of a row a
    sequence, such as an ID or a name, which repeats itself only because its sequence has several rows. Texts that name
    a sequence are no free text: they are made up.

    Args:
        table: The rows.
        told: Columns whose meaning was told: it stays.
    """
    typed = Metadata(tuple(_with_role(column, roles) for column in metadata.columns))
    asked = [name for name in roles.context if name not in told]
    if not asked:
        return typed
    begun = table.unique(roles.key, keep="first", maintain_order=True) if roles.key else table.head(1)
    found = {name: meaning(begun[name], typed[name]) for name in asked}
    meant = {name: type_ for name, type_ in found.items() if type_ is not ColumnType.TEXT}
    return Metadata(tuple(replace(c, type=meant.get(c.name, c.type)) for c in typed.columns))


def _with_role(column: Column, roles: Roles) -> Column:
    if column.name in roles.key:
        return replace(column, type=ColumnType.ID)
    return replace(column, type=stored_type(column.dtype)) if column.name == roles.index else column


def _check_names(table: pl.DataFrame, parameters: TimeSeriesParameters) -> None:
    context = parameters.context_columns or ()
    index = (parameters.sequence_index,) if parameters.sequence_index else ()
    named = [("sequence_key", parameters.sequence_key or ()), ("sequence_index", index), ("context_columns", context)]
    seen: dict[str, str] = {}
    for parameter, names in named:
        for name in names:
            if name not in table.columns:
                raise InputInvalid(
                    f"There is no column '{name}', which {parameter} names.", hint=f"Correct {parameter}."
                )
            if name in seen:
                raise InputInvalid(
                    f"Column '{name}' is named by {seen[name]} and by {parameter}.", hint="Name each column once."
                )
            seen[name] = parameter


def _refuse_missing(cells: pl.Series) -> None:
    missing = cells.is_null()
    if cells.dtype.is_float():
        missing |= cells.is_nan().fill_null(True)
    if n := int(missing.sum()):
        raise InputInvalid(
            f"Column '{cells.name}' says where rows belong, but {n:,} of its cells are missing, "
            f"the first in row {int(missing.arg_max() or 0) + 1:,}.",
            hint="Fill those cells or remove the rows.",
        )


def _refuse_orderless(cells: pl.Series) -> None:
    dtype = cells.dtype
    if dtype.is_float() and not cells.is_finite().all():
        endless = ~cells.is_finite()
        raise InputInvalid(
            f"Column '{cells.name}' cannot order rows: {int(endless.sum()):,} of its cells are infinite, the first in "
            f"row {int(endless.arg_max() or 0) + 1:,}.",
            hint="Correct those cells or remove the rows.",
        )
    if dtype.is_numeric() or dtype.is_temporal() or (is_spelled(dtype) and find_spelling(cells) is not None):
        return
    texts = cells.cast(pl.String)
    if texts.str.contains(_OFFSET).all():
        raise InputInvalid(
            f"Column '{cells.name}' holds times of several offsets from UTC.",
            hint="Give all of them in UTC, ending in Z.",
        )
    n, row = _unread(texts)
    raise InputInvalid(
        f"Column '{cells.name}' cannot order rows: {n:,} of its {len(cells):,} cells are neither numbers nor times, "
        f"the first in row {row + 1:,}.",
        hint="Correct those cells, tell their format with columns, or name another sequence_index.",
    )


def _unread(texts: pl.Series) -> tuple[int, int]:
    """How many cells are neither numbers nor times that begin as ISO dates do, and the row of the first, from 0."""
    read = texts.cast(pl.Float64, strict=False).is_not_null()
    read |= texts.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()
    unread = ~read if not read.all() else pl.repeat(True, len(texts), eager=True)
    return int(unread.sum()), int(unread.arg_max() or 0)


def _context(
    table: pl.DataFrame, numbers: Ints, taken: Sequence[str | None], parameters: TimeSeriesParameters
) -> tuple[str, ...]:
    told = parameters.context_columns
    if told is not None:
        for name in told:
            _refuse_varying(table[name], numbers)
        return told
    if not numbers.any() or numbers[-1] == len(numbers) - 1:  # of single rows everything is the same within
        return ()
    names = (name for name in table.columns if name not in taken)
    return tuple(name for name in names if _is_fixed(table[name], numbers))


def _is_fixed(cells: pl.Series, numbers: Ints) -> bool:
    """Whether cells are constant within sequences; most that are not are seen not to be in a few rows."""
    few = min(len(cells), _FEW)
    if _first_varying(cells.head(few), np.unique(numbers[:few], return_inverse=True)[1]) is not None:
        return False
    return few == len(cells) or _first_varying(cells, numbers) is None


def _first_varying(cells: pl.Series, numbers: Ints) -> int | None:
    """The first row whose cell is another than the first of its sequence; None if there is none."""
    codes = ranks(cells)
    _, first = np.unique(numbers, return_index=True)
    differs = codes != codes[first][numbers]
    return int(differs.argmax()) if differs.any() else None


def _refuse_varying(cells: pl.Series, numbers: Ints) -> None:
    row = _first_varying(cells, numbers)
    if row is not None:
        raise InputInvalid(
            f"Column '{cells.name}' is told to be context, but changes in row {row + 1:,}, in {place(numbers, row)}.",
            hint="Leave it out of context_columns, or correct those cells.",
        )


def _quoted(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _why_key(key: Sequence[str], reason: str) -> str:
    if not key:
        return f"The table is one series: {reason}."
    return f"{_quoted(key)} {'is' if len(key) == 1 else 'are'} the sequence key: {reason}."


def _why_index(index: str | None, reason: str) -> str:
    if index is None:
        return "There is no sequence index: rows are taken in the order in which they stand."
    return f"'{index}' is the sequence index: {reason}."


def _why_context(context: Sequence[str]) -> str:
    verb = "is" if len(context) == 1 else "are"
    return f"{_quoted(context)} {verb} context: the same in all rows of each sequence."
