"""A sample in, a job under way."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lookalike.client import calls, frames
from lookalike.client.asking import Flow, Work, ask
from lookalike.errors import UsageError

CEILING = 1_000_000_000  # rows of so many sequences, whose number is not known before


@dataclass(frozen=True)
class Wish:
    """What to make, and of what: see `Client.generate`."""

    data: Any
    n: int | None
    data_type: str
    bucket: str | None
    project_id: str
    parameters: Mapping[str, Any]


def submitted(wish: Wish) -> Flow[str]:
    """The id of a job that makes what is wished, once its sample lies in a bucket."""
    with TemporaryDirectory(prefix="lookalike-") as folder:
        sample: frames.Sample = yield Work(partial(frames.as_file, wish.data, Path(folder)))
        n_rows = _n_rows(wish, sample)
        bucket = wish.bucket or (yield from _bucket())
        name = secrets.token_hex(8)
        source = f"uploads/{name}/sample{sample.ending}"
        yield from ask(calls.put(bucket, source, sample.path))
    request = {
        "data_type": wish.data_type,
        "data_size": n_rows,
        "input_format": sample.file_format,
        "input_bucket": bucket,
        "input_path": source,
        "output_format": "parquet",
        "output_bucket": bucket,
        "output_path": f"generated/{name}/",
        "project_id": wish.project_id,
        "parameters": dict(wish.parameters),
    }
    made = yield from ask(calls.submit(request))
    return made["job_id"]


def _n_rows(wish: Wish, sample: frames.Sample) -> int:
    if wish.n is not None:
        return wish.n
    if "n_sequences" in wish.parameters:
        return CEILING
    if sample.n_rows is None:
        raise UsageError("Nothing says how much to make.", hint="Give n: of a file it is not counted how much it has.")
    return sample.n_rows


def _bucket() -> Flow[str]:
    """The one bucket that can be both read and written."""
    listed = yield from ask(calls.buckets())
    fit = [each["name"] for each in listed["buckets"] if each["read"] and each["write"]]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        raise UsageError("There is no bucket that you may both read and write.", hint="Ask the operator for one.")
    raise UsageError("Nothing says which bucket to use.", hint=f"Give bucket; yours are {', '.join(fit)}.")
