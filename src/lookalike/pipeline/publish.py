"""Stage `publish`: each part to its place, the reports, the manifest last. Once begun it goes through."""

import json
from contextlib import suppress
from typing import Any

from lookalike.errors import GateFailed, ObjectMissing, OutputExists, StorageAway, StorageFailed
from lookalike.pipeline.context import Context, layout, read_metadata
from lookalike.pipeline.layout import Layout
from lookalike.pipeline.work import Work
from lookalike.storage import Bucket, exists
from lookalike.version import VERSION


def stage(work: Work, context: Context) -> Work:
    """
    The output, its reports and its manifest stand in their places; a crash on the way is rolled forward.

    Raises:
        GateFailed: the output may not be released; only the reports stand in their places.
        OutputExists: something stands there that may not be replaced.
        StorageAway: the bucket does not answer; what has been put in its place stays, the next attempt goes on.
        StorageFailed: the bucket failed on the way; what had been put in its place is taken back.
    """
    request = work.request
    names, bucket = layout(work.job_id, request), context.buckets[request.output_bucket]
    refuse_existing(work, context)
    if refused := work.facts.get("refused"):
        context.listener.begin_publishing()
        _place_reports(work, context, names, bucket)
        raise GateFailed(refused)
    manifest = _manifest(work, context, names)
    context.artefacts(work).write("manifest.json", manifest)
    context.listener.begin_publishing()
    try:
        if request.parameters["if_exists"] == "replace":
            _withdraw(bucket, names, work)
        _place(work, context, names, bucket)
        _seal(bucket, names.manifest, manifest, work.job_id)
    except StorageAway:
        raise  # another attempt goes on from here
    except StorageFailed:
        _take_back(bucket, names, work)
        raise
    size = sum(part["size_bytes"] for part in work.facts["parts"])
    return work.after("publish", output={"size_bytes": size, "rows": _n_rows(work)})


def refuse_existing(work: Work, context: Context) -> None:
    """
    Nothing, where the output may go to its place.

    Raises:
        OutputExists: something stands where this job would write, and it may not be replaced; or anything under a
            prefix, whose reader would take it for a part of the output.
    """
    request = work.request
    if context.publishing or request.parameters["if_exists"] == "replace":
        return
    names, bucket = layout(work.job_id, request), context.buckets[request.output_bucket]
    if request.output_path.endswith("/") and (n := len(bucket.objects(request.output_path.removesuffix("/")))):
        raise OutputExists(f"'{request.output_path}' in bucket '{request.output_bucket}' is not empty: {n:,} objects.")
    parts = names.parts(request.n_rows, request.parameters["part_rows"])
    for path in (names.manifest, parts[0].path, names.report("html"), names.report("json")):
        if exists(bucket, path):
            raise OutputExists(f"'{path}' stands in bucket '{request.output_bucket}' already.")


def _manifest(work: Work, context: Context, names: Layout) -> bytes:
    request, facts = work.request, work.facts
    columns = read_metadata(context.artefacts(work)).columns
    evaluated = "verdict" in facts
    value: dict[str, Any] = {
        "version": 1,
        "job_id": work.job_id,
        "lookalike": VERSION,
        "data_type": request.data_type,
        "format": request.output_format,
        "rows": _n_rows(work),
        "columns": [{"name": column.name, "type": column.type.value} for column in columns],
        "seed": request.seed,
        "parameters": dict(request.parameters),
        "input": {
            "bucket": request.input_bucket,
            "path": request.input_path,
            **{key: facts["input"][key] for key in ("etag", "sha256", "rows", "objects")},
        },
        "parts": facts["parts"],
        "report": {kind: names.report(kind) for kind in ("html", "json")} if evaluated else None,
        "verdict": facts["verdict"] if evaluated else None,
        "notes": facts["notes"],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _n_rows(work: Work) -> int:
    """Rows of the output."""
    return sum(part["rows"] for part in work.facts["parts"])


def _withdraw(bucket: Bucket, names: Layout, work: Work) -> None:
    """Take away another job's manifest and the parts that ours will not overwrite."""
    try:
        old = json.loads(bucket.read(names.manifest))
    except (ObjectMissing, ValueError):
        old = {}
    if old.get("job_id") == work.job_id:
        return
    bucket.delete(names.manifest)
    ours = {part["path"] for part in work.facts["parts"]}
    for part in old.get("parts", []):
        if part["path"] not in ours:
            bucket.delete(part["path"])


def _place(work: Work, context: Context, names: Layout, bucket: Bucket) -> None:
    """Put staged parts and reports in their places."""
    request = work.request
    for part in names.parts(_n_rows(work), request.parameters["part_rows"]):
        bucket.copy(part.staged, part.path)
    _place_reports(work, context, names, bucket)


def _place_reports(work: Work, context: Context, names: Layout, bucket: Bucket) -> None:
    artefacts = context.artefacts(work)
    for kind in ("html", "json"):
        if artefacts.exists(f"report.{kind}"):
            bucket.write(names.report(kind), artefacts.read(f"report.{kind}"))


def _seal(bucket: Bucket, path: str, manifest: bytes, job_id: str) -> None:
    if bucket.create(path, manifest):
        return
    if json.loads(bucket.read(path)).get("job_id") != job_id:
        raise OutputExists(f"Another job published '{path}' at the same time.")


def _take_back(bucket: Bucket, names: Layout, work: Work) -> None:
    """Leave no half of an output: delete what has been put in its place, unless a manifest vouches for it."""
    with suppress(StorageFailed):  # a bucket that is away altogether
        if exists(bucket, names.manifest):
            return
        for path in (*(part["path"] for part in work.facts["parts"]), names.report("html"), names.report("json")):
            bucket.delete(path)
