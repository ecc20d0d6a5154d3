"""Every rule, found or declared, checked on the bytes that will be published; what breaks one is our own fault."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from lookalike import formats
from lookalike.errors import InternalError
from lookalike.pipeline.engine import Promise
from lookalike.pipeline.layout import Part
from lookalike.pipeline.rereading import reread
from lookalike.pipeline.work import Request
from lookalike.storage import Bucket

_MARKED = r"^'([=+\-@\t\r])"  # a text that CSV's `safe` has put an apostrophe before


def verify_part(bucket: Bucket, part: Part, request: Request, promise: Promise) -> pl.DataFrame:
    """
    What the part's rows are told apart by, as `Promise.keys` tells it.

    Raises:
        InternalError: names a rule that rows as written break, and how many do; or says how many rows there are instead
            of those that should be.
    """
    broken: Counter[str] = Counter()
    keys, n_rows = [], 0
    for frame in _rows(bucket, part, request, promise):
        n_rows += frame.height
        broken.update(_broken(frame, request, promise))
        keys.append(promise.keys(frame))
    if broken:
        title, n = broken.most_common(1)[0]
        raise InternalError(f"{n:,} rows as written break the rule {title}.")
    if n_rows != part.n_rows:
        raise InternalError(f"A part was to have {part.n_rows:,} rows and has {n_rows:,} as written.")
    return pl.concat(keys)


def _broken(frame: pl.DataFrame, request: Request, promise: Promise) -> Mapping[str, int]:
    textual = formats.load(request.output_format).textual
    broken = promise.broken(frame, nulls=not textual)
    if not (broken and textual and request.parameters["csv"]["safe"]):
        return broken
    plain = promise.told(_unmarked).broken(frame.with_columns(_unmarked(pl.col(pl.String))), nulls=False)
    return {title: n for title, n in broken.items() if title in plain}


def _unmarked(texts: pl.Expr) -> pl.Expr:
    return texts.str.replace(_MARKED, "${1}")


def _rows(bucket: Bucket, part: Part, request: Request, promise: Promise) -> Iterator[pl.DataFrame]:
    """The columns that rules name, from a copy of the staged object, so that no more than a piece of it is held."""
    csv = request.parameters["csv"]
    options = formats.ReadOptions(delimiter=csv["delimiter"] or ",", null=csv["null"])
    compression = formats.split_path(part.path)[1]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part"
        with bucket.open(part.staged) as stored, path.open("wb") as copy:
            shutil.copyfileobj(formats.decompressed(stored, compression, trusted=True), copy)
        yield from reread(path, request.output_format, promise.metadata.select(promise.columns), options)
