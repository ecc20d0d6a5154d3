"""The input of a job as one table: all its rows, or, of more than are looked at, a sample and what all rows show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike import formats
from lookalike.data.inference import Part
from lookalike.data.learnt import most_rows
from lookalike.data.parameters import Parameters
from lookalike.data.sampling import Keys, Sample
from lookalike.errors import InputInvalid
from lookalike.pipeline.context import Context
from lookalike.pipeline.kinds import kind
from lookalike.pipeline.spooling import Spooled, digest, read, spooled
from lookalike.pipeline.surveying import survey
from lookalike.pipeline.tables import finished, typed
from lookalike.pipeline.work import Request
from lookalike.storage.patterns import is_several
from lookalike.transforms.surveyed import Surveyed

Facts = dict[str, Any]


@dataclass(frozen=True)
class Gathered:
    """
    An input.

    Attributes:
        table: The cells as the format tells them.
        facts: `etag` (of one object), `sha256`, `rows` (of all), `size_bytes`, `objects`.
        surveyed: What all rows show, if `table` has only some of them.
    """

    table: pl.DataFrame
    facts: Facts
    surveyed: Surveyed | None


def gather(request: Request, context: Context, parameters: Parameters) -> Gathered:
    """
    The input.

    Args:
        parameters: With what the lender of a model found.

    Raises:
        InputNotFound: there is no such object.
        InputInvalid: an object cannot be read, or has other columns than the first; cells that do not go together.
        InputRefused: more bytes or columns than are taken; what cannot be learnt from.
        InputChanged: while it was being read.
        ConstraintBroken: of a table that is not looked at whole, by some row.
    """
    with spooled(request, context) as copies:
        source = _Source(copies, request, context)
        drawn = _drawn(source, parameters)
        raw, surveyed = drawn.raw, None
        if drawn.part is not None:
            context.listener.progress("ingest", 0.7)
            schema, rows = raw.schema, (raw, drawn.part)
            raw, surveyed = survey(rows, drawn.n_rows, lambda: source.pieces(schema), request, parameters)
        several = is_several(request.input_path)
        facts = {
            "etag": None if several else copies[0].info.etag,
            "sha256": digest(request, copies),
            "rows": drawn.n_rows,
            "size_bytes": sum(one.size_bytes for one in copies),
            "objects": len(copies),
        }
        return Gathered(finished(raw, request), facts, surveyed)


@dataclass(frozen=True)
class _Drawn:
    """Rows of an input, not finished: all of them, or the `part` that these are."""

    raw: pl.DataFrame
    n_rows: int
    part: Part | None


@dataclass(frozen=True)
class _Source:
    """The copies of an input, read as often as it takes."""

    copies: Sequence[Spooled]
    request: Request
    context: Context

    def draw(self, keys: Keys) -> _Drawn:
        """The rows of the smallest keys."""
        told = self.request.parameters
        sample = Sample(lambda width: most_rows(told["fit_rows"], told["holdout_share"], width), keys)
        for number, one in enumerate(self.copies):
            for piece in read(one, self.request, self.context):
                sample.add(piece, number)
            self.context.listener.progress("ingest", 0.4 + 0.3 * (number + 1) / len(self.copies))
        taken, textual = sample.taken(), formats.load(self.request.input_format).textual
        tables = {one.info.path: formats.joined(taken[number]) for number, one in enumerate(self.copies)}
        raw = _one_table(tables, textual=textual)
        return _Drawn(raw, sample.n_rows, None if raw.height == sample.n_rows else Part(sample.numbers()))

    def pieces(self, schema: pl.Schema) -> Iterator[pl.DataFrame]:
        """All rows, in frames of these columns."""
        for one in self.copies:
            for piece in read(one, self.request, self.context):
                yield _aligned(piece, schema)


def _drawn(source: _Source, parameters: Parameters) -> _Drawn:
    """The rows to learn from; which ones hang together is seen in the first ones, if it was not told."""
    request = source.request
    how = kind(request.data_type)
    drawn = source.draw(how.keys(request, parameters))
    if drawn.part is None:
        return drawn
    table, metadata = typed(finished(drawn.raw, request), request, parameters, drawn.part)
    keys = how.keys_by(table, metadata, request, parameters)
    return drawn if keys is None else source.draw(keys)


def _aligned(piece: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    cells = [
        pl.col(name).cast(dtype) if name in piece.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    ]
    return piece.select(cells) if piece.width else pl.DataFrame(schema=schema)


def _one_table(cells: Mapping[str, pl.DataFrame], *, textual: bool) -> pl.DataFrame:
    """The rows of all objects, in the columns of the first."""
    (first, table), *others = cells.items()
    known = {name: (first, dtype) for name, dtype in table.schema.items()}
    for path, frame in others:
        _refuse_other_columns((first, table), (path, frame))
        for name, (where, dtype) in known.items():
            joined = _joined(dtype, frame.schema[name], textual=textual)
            if joined is None:
                told = f"Column '{name}' is {dtype} in '{where}' and {frame.schema[name]} in '{path}'."
                raise InputInvalid(told, hint=_SAME)
            if joined != dtype:
                known[name] = (path, joined)
    schema = {name: dtype for name, (_, dtype) in known.items()}
    return pl.concat([frame.select(table.columns).cast(schema) for frame in cells.values()])  # type: ignore[arg-type]


def _joined(one: pl.DataType, other: pl.DataType, *, textual: bool) -> pl.DataType | None:
    """The dtype that holds cells of both; where dtypes were read off the cells, any numbers are numbers."""
    if one == other or not textual:
        return one if one == other else None
    if pl.Null in (one, other):
        return other if one == pl.Null else one
    return pl.Float64() if one.is_numeric() and other.is_numeric() else None


def _refuse_other_columns(first: tuple[str, pl.DataFrame], other: tuple[str, pl.DataFrame]) -> None:
    for (path, frame), (known, table) in ((other, first), (first, other)):
        for name in table.columns:
            if name not in frame.columns:
                raise InputInvalid(f"'{path}' has no column '{name}', which '{known}' has.", hint=_SAME)


_SAME = "Give objects of the same columns and dtypes, or a path that stands for fewer of them."
