"""What formats share about frames: the columns they must have, flatness, writing them one by one."""

from collections.abc import Callable, Collection, Iterable, Iterator

import polars as pl
from polars.io.plugins import register_io_source

from lookalike.data.metadata import Metadata
from lookalike.data.spelling import as_stored
from lookalike.errors import InputRefused, MetadataError

_NESTED = (pl.List, pl.Array, pl.Struct)
_SLICE_ROWS = 1 << 18


def checked(frames: Iterable[pl.DataFrame], metadata: Metadata) -> Iterator[pl.DataFrame]:
    """
    The frames one after the other.

    Raises:
        MetadataError: a frame has other columns than the metadata, in another order, or of other dtypes.
    """
    for frame in frames:
        if tuple(frame.columns) != metadata.names:
            raise MetadataError("The rows to write have other columns than the table.")
        for column, dtype in zip(metadata.columns, frame.dtypes, strict=True):
            if dtype != column.dtype:
                raise MetadataError(f"Column '{column.name}' has another dtype in the rows to write than in the table.")
        yield frame


def sink(frames: Iterable[pl.DataFrame], metadata: Metadata, to: Callable[[pl.LazyFrame], object]) -> None:
    """
    Hand `to` a lazy frame that pulls the frames while it is sunk, so that only a few are in memory at once; columns
    that the table held as text are text again.

    Raises:
        MetadataError: a frame has other columns or dtypes than the metadata. What `frames` raises comes out as it is,
            where polars would tell it as an error of its own.
    """
    failed: list[BaseException] = []
    schema = pl.Schema({c.name: pl.String() if c.as_text else c.dtype for c in metadata.columns})

    def source(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        try:
            for frame in checked(frames, metadata):
                told = as_stored(frame, metadata)
                yield told if columns is None else told.select(columns)
        except BaseException as error:
            failed.append(error)
            raise

    try:
        to(register_io_source(source, schema=schema))
    except BaseException:
        if not failed:
            raise
    if failed:
        raise failed[0]


def as_read(table: pl.DataFrame) -> pl.DataFrame:
    """The table: of what was read nothing is left to be done."""
    return table


def sliced(table: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows of a file, some at a time; at least one frame."""
    n_rows = int(table.select(pl.len()).collect().item())
    for start in range(0, max(n_rows, 1), _SLICE_ROWS):
        yield table.slice(start, _SLICE_ROWS).collect()


def nested_hint(name: str) -> str:
    """What to do about a nested column."""
    return f'Flatten it: one value a cell; or say columns: {{"{name}": {{"type": "nested"}}}}.'


def refuse_nested(schema: pl.Schema, allowed: Collection[str] = ()) -> None:
    """
    Nothing, if all columns but those allowed are flat.

    Raises:
        InputRefused: names the first column that holds lists, structs, bytes or objects.
    """
    for name, dtype in schema.items():
        if isinstance(dtype, _NESTED) and name not in allowed:
            raise InputRefused(f"Column '{name}' is nested.", hint=nested_hint(name))
        if isinstance(dtype, (pl.Binary, pl.Object)):
            raise InputRefused(f"Column '{name}' holds bytes or objects.", hint="Leave it out, or make it text.")
