"""Nested cells made flat: a field of a struct, or a place of a list, becomes a column of its own."""

from collections.abc import Collection
from typing import Any

import polars as pl

from lookalike.errors import InputInvalid, InputRefused

ITEMS_MAX = 16  # a longer list is a sequence, not a few columns
DEPTH_MAX = 32  # levels of nesting; what is deeper is no table


def flatten(frame: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """
    The table with the named nested columns replaced, in their places, by flat ones.

    A struct ``a`` becomes ``a.field`` for each field, a list or array ``a`` becomes ``a.0`` … up to its longest; both
    as deep as they go. A missing struct or list, and places behind the end of a shorter list, are missing cells, so an
    empty list and a missing one become the same. A column without any field or item becomes a column of missing cells.

    Raises:
        InputRefused: a list of more than 16 items; names the column and the most items.
        InputInvalid: a column made so is there already; names it.
    """
    made: list[pl.Series] = []
    for cells in frame.iter_columns():
        made += _flat(cells, 0) if cells.name in names else [cells]
    _check_names([cells.name for cells in made])
    return pl.DataFrame(made)


def flat_record(record: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """
    One JSON record flattened by the same rule; what is not nested stays.

    Raises:
        InputRefused, InputInvalid: as `flatten`.
    """
    if not any(isinstance(record.get(name), (dict, list)) for name in names):
        return record
    pairs: list[tuple[str, Any]] = []
    for key, value in record.items():
        pairs += _flat_value(key, value, 0) if key in names else [(key, value)]
    _check_names([key for key, _ in pairs])
    return dict(pairs)


def _flat(cells: pl.Series, depth: int) -> list[pl.Series]:
    _check_depth(cells.name, depth)
    if isinstance(cells.dtype, pl.Struct):
        fields = [cells.struct.field(f.name).alias(f"{cells.name}.{f.name}") for f in cells.dtype.fields]
        return [flat for field in fields for flat in _flat(field, depth + 1)] or [_nothing(cells)]
    if isinstance(cells.dtype, pl.Array):
        cells = cells.arr.to_list()
    if isinstance(cells.dtype, pl.List):
        lengths = cells.list.len().max()
        n_items = int(lengths) if isinstance(lengths, int) else 0
        _check_items(cells.name, n_items)
        items = [cells.list.get(i, null_on_oob=True).alias(f"{cells.name}.{i}") for i in range(n_items)]
        return [flat for item in items for flat in _flat(item, depth + 1)] or [_nothing(cells)]
    return [cells]


def _nothing(cells: pl.Series) -> pl.Series:
    return pl.Series(cells.name, [None] * len(cells), dtype=pl.Null)


def _flat_value(key: str, value: Any, depth: int) -> list[tuple[str, Any]]:
    _check_depth(key, depth)
    if isinstance(value, dict):
        inner = [(f"{key}.{name}", item) for name, item in value.items()]
    elif isinstance(value, list):
        _check_items(key, len(value))
        inner = [(f"{key}.{i}", item) for i, item in enumerate(value)]
    else:
        return [(key, value)]
    return [pair for name, item in inner for pair in _flat_value(name, item, depth + 1)]


def _check_items(name: str, n_items: int) -> None:
    if n_items > ITEMS_MAX:
        raise InputRefused(
            f"Column '{name}' has a list of {n_items:,} items; {ITEMS_MAX} are the most that become columns.",
            hint="Shorten the lists, give the items as rows, or leave the column out.",
        )


def _check_depth(name: str, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise InputRefused(f"Column '{name}' is nested more than {DEPTH_MAX} levels deep.", hint="Flatten it.")


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputInvalid(f"Flattening makes a second column '{name}'.", hint="Rename one of them.")
        seen.add(name)
