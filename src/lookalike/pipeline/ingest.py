"""Stage `ingest`: the input object, read whole as what it was said to be, and remembered by its digest."""

import tempfile
from typing import BinaryIO, cast

from lookalike import formats
from lookalike.errors import InputChanged, InputNotFound, ObjectMissing
from lookalike.pipeline.context import Context
from lookalike.pipeline.publish import refuse_existing
from lookalike.pipeline.tables import copy, read
from lookalike.pipeline.work import Request, Work
from lookalike.storage import ObjectInfo


def stage(work: Work, context: Context) -> Work:
    """Artefact ``input.arrow``: the cells as the format tells them; facts of the input object."""
    request = work.request
    refuse_existing(work, context)
    with tempfile.TemporaryFile() as opened:
        stream = cast(BinaryIO, opened)
        info, digest = _fetch(request, context, stream)
        context.listener.progress("ingest", 0.5)
        compression = formats.split_path(request.input_path)[1]
        table = read(stream, request.input_format, compression, request, context.ceilings)
    context.artefacts(work).write_frame("input.arrow", table)
    facts = {"etag": info.etag, "sha256": digest, "rows": table.height, "size_bytes": info.size_bytes}
    return work.after("ingest", input=facts)


def _fetch(request: Request, context: Context, target: BinaryIO) -> tuple[ObjectInfo, str]:
    bucket, path = context.buckets[request.input_bucket], request.input_path
    try:
        before = bucket.head(path)
        digest, size_bytes = copy(context, request.input_bucket, path, target)
        after = bucket.head(path)
    except ObjectMissing:
        raise InputNotFound(f"There is no '{path}' in bucket '{request.input_bucket}'.") from None
    if (before.etag, before.size_bytes) != (after.etag, size_bytes):
        raise InputChanged(f"'{path}' changed while it was being read.")
    return before, digest
