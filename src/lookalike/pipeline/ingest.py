"""Stage `ingest`: the input object, read whole as what it was said to be, and remembered by its digest."""

import tempfile
from hashlib import sha256
from typing import Any, BinaryIO, cast

from lookalike import formats
from lookalike.data.columns import columns_from_json, nested_names
from lookalike.errors import InputChanged, InputNotFound, ObjectMissing
from lookalike.pipeline.context import Context
from lookalike.pipeline.publish import refuse_existing
from lookalike.pipeline.work import Request, Work
from lookalike.storage import ObjectInfo

_CHUNK = 4 * 1024 * 1024


def stage(work: Work, context: Context) -> Work:
    """Artefact ``input.arrow``: the cells as the format tells them; facts of the input object."""
    request = work.request
    refuse_existing(work, context)
    with tempfile.TemporaryFile() as copy:
        stream = cast(BinaryIO, copy)
        info, digest = _fetch(request, context, stream)
        context.listener.progress("ingest", 0.5)
        stream.seek(0)
        plain = formats.decompressed(stream, formats.split_path(request.input_path)[1])
        table = formats.load(request.input_format).read(plain, read_options(request))
    context.artefacts(work).write_frame("input.arrow", table)
    facts = {"etag": info.etag, "sha256": digest, "rows": table.height, "size_bytes": info.size_bytes}
    return work.after("ingest", input=facts)


def read_options(request: Request) -> formats.ReadOptions:
    """How the parameters say text formats are to be read."""
    csv: dict[str, Any] = request.parameters["csv"]
    nested = nested_names(columns_from_json(request.parameters["columns"]))
    return formats.ReadOptions(delimiter=csv["delimiter"], null=csv["null"], nested=nested)


def _fetch(request: Request, context: Context, target: BinaryIO) -> tuple[ObjectInfo, str]:
    bucket = context.buckets[request.input_bucket]
    digest = sha256()
    try:
        before = bucket.head(request.input_path)
        with bucket.open(request.input_path) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
        after = bucket.head(request.input_path)
    except ObjectMissing:
        raise InputNotFound(f"There is no '{request.input_path}' in bucket '{request.input_bucket}'.") from None
    if (before.etag, before.size_bytes) != (after.etag, target.tell()):
        raise InputChanged(f"'{request.input_path}' changed while it was being read.")
    return before, digest.hexdigest()
