"""JSON objects, one after the other, become a table: one type a column, found over all records."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import isinf
from typing import Any, NoReturn

import polars as pl

from lookalike.data.flatten import flat_record
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.spelling import Reading, recognise, spell
from lookalike.errors import InputInvalid, InputRefused
from lookalike.formats._frames import checked, nested_hint

_CHUNK_RECORDS = 20_000  # Python objects alive at once
_COLUMNS_MAX = 10_000  # records that never share a key are no table
_INT64, _UINT64 = range(-(2**63), 2**63), range(2**64)
_HALF = re.compile("[\ud800-\udfff]")  # JSON can spell what UTF-8 cannot
_FRACTION, _LARGE, _NEGATIVE = "a fraction", "beyond 63 bits", "negative"  # marks of numbers
_KINDS = {bool: "booleans", int: "numbers", float: "numbers", str: "texts"}
_MOMENTS = {ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME, ColumnType.DURATION}

Record = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """How often a column had each kind of value, and in which record, from 0, each kind and mark came first."""

    counts: Counter[str]
    first: dict[str, int]


def tables(records: Iterable[Record], noun: str, nested: Collection[str] = ()) -> Iterator[pl.DataFrame]:
    """
    The records as rows, some at a time, in the columns that came up so far, in their order; a missing key is a missing
    cell. `finish` makes one table of them.

    Args:
        noun: ``record`` or ``line``: what a message counts, from 1.
        nested: Keys whose values are made flat: see `data.flatten`.

    Raises:
        InputInvalid: two kinds of values in one column, numbers beyond 64 bits, a key without letters.
        InputRefused: nested values, no end of columns.
    """
    stream = (flat_record(record, nested) for record in records) if nested else iter(records)
    names: dict[str, Seen] = {}
    n_records = 0
    while chunk := list(islice(stream, _CHUNK_RECORDS)):
        _new_columns(chunk, names)
        yield pl.DataFrame([_column(name, chunk, seen, n_records, noun) for name, seen in names.items()])
        n_records += len(chunk)
    for name, seen in names.items():
        _check_one_kind(name, seen, noun)


def finish(table: pl.DataFrame) -> pl.DataFrame:
    """
    A table that was put together of what `tables` gives.

    Text that looks like numbers or booleans becomes Categorical, so that nobody later takes it for what JSON says it is
    not; text that may be dates or times stays String.

    Raises:
        InputRefused: no columns.
    """
    if table.width == 0:
        raise InputRefused("There are no records, or no keys in them.")
    narrow = table.with_columns(_narrow(cells) for cells in table.iter_columns() if cells.dtype == pl.Int128)
    return narrow.select(_guarded(cells) for cells in narrow.iter_columns())


def decode(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at` and where it ends; errors carry a position, never text of the file."""
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        where = error.pos
    except (RecursionError, ValueError):
        where = at
    raise BrokenJson(where)


class BrokenJson(Exception):
    """No JSON at this position."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class BadRecord(Exception):
    """A record that is JSON but cannot be used, and why."""


def decoder() -> json.JSONDecoder:
    """
    A decoder that refuses what Python's own lets pass: keys twice, NaN and infinities.

    Raises:
        BadRecord: while decoding.
    """
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def lines(frames: Iterable[pl.DataFrame], metadata: Metadata) -> Iterator[pl.Series]:
    """
    For each frame its rows as JSON objects.

    Dates, times and durations are text by the column's `TextForm`; decimals are rounded to its digits. What JSON cannot
    say is null: NaN and infinities.
    """
    cells = [_json_cell(column.name, metadata) for column in metadata.columns]
    for frame in checked(frames, metadata):
        if frame.height:
            yield frame.select(pl.struct(cells).struct.json_encode().alias("row"))["row"]


def _json_cell(name: str, metadata: Metadata) -> pl.Expr:
    column, cell = metadata[name], pl.col(name)
    match column.dtype:
        case pl.Float32() | pl.Float64() if column.text.decimals is not None:
            return cell.round(column.text.decimals)
        case pl.Decimal():
            return cell.cast(pl.Float64)
        case pl.Date() | pl.Datetime() | pl.Time() | pl.Duration() | pl.Categorical() | pl.Enum():
            return spell(column).alias(name)
    return cell


def _object(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise BadRecord("has a key twice")
    return record


def _constant(_: str) -> NoReturn:
    raise BadRecord("has NaN or Infinity, which JSON does not know")


def _new_columns(chunk: list[Record], names: dict[str, Seen]) -> None:
    for record in chunk:
        if not record.keys() <= names.keys():
            for name in record:
                if name not in names:
                    _check_name(name, len(names))
                    names[name] = Seen(Counter(), {})


def _check_name(name: str, n_columns: int) -> None:
    if not name.strip() or _HALF.search(name):
        raise InputInvalid("A key of a record is empty or has half a surrogate pair.", hint="Give each column a name.")
    if n_columns == _COLUMNS_MAX:
        raise InputRefused(f"The records have more than {_COLUMNS_MAX:,} different keys.")


def _column(name: str, chunk: list[Record], seen: Seen, offset: int, noun: str) -> pl.Series:
    values = [record.get(name) for record in chunk]
    kinds = Counter(map(type, values))
    for kind in kinds.keys() & {list, dict}:
        line = offset + next(i for i, value in enumerate(values) if type(value) is kind) + 1
        raise InputRefused(f"Column '{name}' is nested, first in {noun} {line}.", hint=nested_hint(name))
    for kind in kinds.keys() & _KINDS.keys():
        word = _KINDS[kind]
        seen.counts[word] += kinds[kind]
        if word not in seen.first:
            seen.first[word] = offset + next(i for i, value in enumerate(values) if _KINDS.get(type(value)) == word)
    series = _series(name, values, set(kinds) - {type(None)}, f"{noun} {{}}", offset)
    _mark(series, seen, offset)
    return series


def _mark(numbers: pl.Series, seen: Seen, offset: int) -> None:
    """Note what only all records together show: whether 64 bits hold the numbers."""
    if numbers.dtype == pl.Float64:
        seen.first.setdefault(_FRACTION, offset)
    if numbers.dtype == pl.Int128:
        seen.first.setdefault(_LARGE, offset + int(numbers.arg_max() or 0))
    if numbers.dtype.is_integer() and int(numbers.min() or 0) < 0:  # type: ignore[arg-type]  # a number
        seen.first.setdefault(_NEGATIVE, offset)


def _check_one_kind(name: str, seen: Seen, noun: str) -> None:
    if seen.first.keys() >= {_LARGE, _NEGATIVE} and _FRACTION not in seen.first:
        raise _beyond(name, f"{noun} {seen.first[_LARGE] + 1}")
    if len(seen.counts) < 2:
        return
    *_, rarest = (kind for kind, _ in seen.counts.most_common())
    told = " and ".join(f"{n:,} {kind}" for kind, n in seen.counts.most_common())
    raise InputInvalid(
        f"Column '{name}' has {told}; the first of the {rarest} is in {noun} {seen.first[rarest] + 1}.",
        hint="Give all values of a column the same type.",
    )


def _series(name: str, values: list[Any], kinds: set[type], where: str, offset: int) -> pl.Series:
    """The values with a dtype as far as this chunk shows it; Int128 holds large integers until all chunks are seen."""
    if len({_KINDS[kind] for kind in kinds}) != 1:
        return pl.Series(name, [None] * len(values), dtype=pl.Null)  # mixed: told at the end, with counts
    if kinds == {str}:
        _check_halves(name, values, where, offset)
        return pl.Series(name, values, dtype=pl.String)
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    return _numbers(name, values, kinds, where, offset)


def _check_halves(name: str, values: list[str | None], where: str, offset: int) -> None:
    if _HALF.search("".join(filter(None, values))):
        row = next(i for i, value in enumerate(values) if value and _HALF.search(value))
        problem = f"Column '{name}' has half a surrogate pair in {where.format(offset + row + 1)}."
        raise InputInvalid(problem, hint="Write whole characters.")


def _numbers(name: str, values: list[Any], kinds: set[type], where: str, offset: int) -> pl.Series:
    large = [i for i, v in enumerate(values) if v is not None and (v not in _INT64 if type(v) is int else isinf(v))]
    if beyond := [i for i in large if isinstance(values[i], float) or values[i] not in _UINT64]:
        raise _beyond(name, where.format(offset + beyond[0] + 1))
    if float in kinds:
        return pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64)
    return pl.Series(name, values, dtype=pl.Int128 if large else pl.Int64)


def _beyond(name: str, where: str) -> InputInvalid:
    return InputInvalid(f"Column '{name}' has a number beyond 64 bits in {where}.", hint="Write it as text.")


def _narrow(cells: pl.Series) -> pl.Series:
    """Large integers as they are told of, none of them negative; else they are not large where the others are."""
    return cells.cast(pl.Int64 if int(cells.max() or 0) in _INT64 else pl.UInt64)  # type: ignore[arg-type]  # a number


def _guarded(cells: pl.Series) -> pl.Series:
    if cells.dtype != pl.String:
        return cells
    read = recognise(cells)
    if read is None or (isinstance(read, Reading) and read.type in _MOMENTS):
        return cells
    return cells.cast(pl.Categorical)
