"""Tables in buckets, as a job reads them: copied here, read as what they were said to be, bounded."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, BinaryIO

import polars as pl

from lookalike import formats
from lookalike.data.columns import columns_from_json, nested_names
from lookalike.data.inference import Part, infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import Parameters
from lookalike.errors import ConstraintBroken, InputInvalid, InputRefused
from lookalike.pipeline.context import Ceilings, Context
from lookalike.pipeline.work import Request

_CHUNK_BYTES = 4 * 1024 * 1024


def copy(context: Context, bucket: str, path: str, target: BinaryIO) -> tuple[str, int]:
    """
    SHA-256 and bytes of an object, copied to `target`.

    Raises:
        ObjectMissing: there is none.
        InputRefused: it has more bytes than are taken.
    """
    digest, size_bytes = sha256(), 0
    with context.buckets[bucket].open(path) as source:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
            size_bytes += len(chunk)
            if size_bytes > context.ceilings.input_bytes:
                raise InputRefused(
                    f"'{path}' has more than {context.ceilings.input_bytes:,} bytes.", hint="Give a sample of its rows."
                )
    return digest.hexdigest(), size_bytes


def frames(
    stream: BinaryIO, format_name: str, compression: str | None, request: Request, most: Ceilings
) -> Iterator[pl.DataFrame]:
    """
    The rows of a copied object, some at a time: see `formats.Read`.

    Raises:
        InputInvalid: it cannot be read as that; decompressed, it has more bytes than are taken.
        InputRefused: nothing to learn from; more columns than are taken.
    """
    if compression is not None:
        stream = formats.decompressed(stream, compression, limit_bytes=most.input_bytes)
    for frame in formats.load(format_name).read(stream, _options(request)):
        if frame.width > most.columns:
            raise InputRefused(
                f"The table has {frame.width:,} columns; at most {most.columns:,} are taken.", hint="Leave some out."
            )
        yield frame


def finished(raw: pl.DataFrame, request: Request) -> pl.DataFrame:
    """The input's rows as its format means them: see `formats.Finish`."""
    return formats.load(request.input_format).finish(raw)


def typed(
    raw: pl.DataFrame, request: Request, parameters: Parameters, part: Part | None
) -> tuple[pl.DataFrame, Metadata]:
    """
    The input's table with typed columns, and what they mean: see `data.inference.infer`.

    Raises:
        InputInvalid, InputRefused, ConstraintBroken: of a part of a table the message says so.
    """
    try:
        return infer(
            raw,
            textual=formats.load(request.input_format).textual,
            null=request.parameters["csv"]["null"],
            exclude=request.parameters["exclude"],
            columns=parameters.told_columns,
            part=part,
        )
    except (InputInvalid, ConstraintBroken) as error:
        if part is None:
            raise
        told = f"{error.message} {raw.height:,} rows were looked at."
        raise type(error)(told, hint=error.hint) from None


def _options(request: Request) -> formats.ReadOptions:
    """How the parameters say text formats are to be read."""
    csv: dict[str, Any] = request.parameters["csv"]
    nested = nested_names(columns_from_json(request.parameters["columns"]))
    return formats.ReadOptions(delimiter=csv["delimiter"], null=csv["null"], nested=nested)
