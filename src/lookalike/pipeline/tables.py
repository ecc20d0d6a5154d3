"""Tables in buckets, as a job reads them: copied here, read whole as what they were said to be, bounded."""

from hashlib import sha256
from typing import Any, BinaryIO

import polars as pl

from lookalike import formats
from lookalike.data.columns import columns_from_json, nested_names
from lookalike.errors import InputRefused
from lookalike.pipeline.context import Ceilings, Context
from lookalike.pipeline.work import Request

_CHUNK_BYTES = 4 * 1024 * 1024


def copy(context: Context, bucket: str, path: str, target: BinaryIO) -> tuple[str, int]:
    """
    SHA-256 and bytes of an object, copied to `target`, which then stands at its beginning.

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
    target.seek(0)
    return digest.hexdigest(), size_bytes


def read(stream: BinaryIO, format_name: str, compression: str | None, request: Request, most: Ceilings) -> pl.DataFrame:
    """
    The table in a copied object.

    Raises:
        InputInvalid: it cannot be read as that; decompressed, it has more bytes than are taken.
        InputRefused: nothing to learn from; more columns than are taken.
    """
    if compression is not None:
        stream = formats.decompressed(stream, compression, limit_bytes=most.input_bytes)
    table = formats.read(format_name, stream, _options(request))
    if table.width > most.columns:
        raise InputRefused(
            f"The table has {table.width:,} columns; at most {most.columns:,} are taken.", hint="Leave some out."
        )
    return table


def _options(request: Request) -> formats.ReadOptions:
    """How the parameters say text formats are to be read."""
    csv: dict[str, Any] = request.parameters["csv"]
    nested = nested_names(columns_from_json(request.parameters["columns"]))
    return formats.ReadOptions(delimiter=csv["delimiter"], null=csv["null"], nested=nested)
