"""Whole jobs of many rows, from bucket to bucket: how long, and how much memory each process takes."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import polars as pl

from bench.measuring.processes import say
from bench.serving.objects import ENVIRON, Objects, objects
from bench.serving.resident import Peaks, watched
from bench.serving.service import Service, serving
from bench.serving.staged import Seconds, seconds
from bench.serving.submissions import submission
from lookalike import TabularModel, TabularSynthesizer, samples

N_COLUMNS = 10
N_OBJECT = 1_000_000  # rows of an object of the input, which has as many rows as are made
N_TABLES = 10  # different ones; of more objects some are alike
PATIENCE_S = 7_200.0
SELDOM_S = 0.5


@dataclass(frozen=True)
class Case:
    """A job: so many rows from Parquet to a format, with buckets in folders or (`far`) in S3."""

    n_rows: int
    workers: int
    far: bool = False
    format: str = "parquet"


@dataclass(frozen=True)
class Outcome:
    """
    A job that is done.

    Attributes:
        seconds: From its start to its end.
        in_bytes, out_bytes: Of the objects read and written, as they lie in the buckets.
    """

    case: Case
    n_input: int
    seconds: float
    stages: Seconds
    in_bytes: int
    out_bytes: int
    peaks: Peaks


def measured(cases: Sequence[Case]) -> list[Outcome]:
    """The jobs one after the other, each on a service of its own that is idle and has its processes ready."""
    return [_one(case) for case in cases]


def _one(case: Case) -> Outcome:
    say(f"{case.n_rows:,} rows, {'S3' if case.far else 'folders'}, {case.format}, {case.workers} workers")
    with _service(case) as service:
        service.until_ready()
        asked = submission("rows/", case.n_rows, input_format="parquet", output_format=case.format)
        asked = replace(asked, input_path="table/")
        with watched(service) as peaks:
            job_id = service.submit(asked)
            service.until(job_id, "completed", poll_s=SELDOM_S, patience_s=PATIENCE_S)
        return _outcome(case, service.job(job_id), peaks)


@contextmanager
def _service(case: Case) -> Iterator[Service]:
    with ExitStack() as stack:
        server: Objects | None = stack.enter_context(objects()) if case.far else None
        told: Mapping[str, str] = {} if server is None else server.settings()
        service = stack.enter_context(serving("sqlite", ENVIRON, COMPUTE__WORKERS=str(case.workers), **told))
        folder = service.place.home / "buckets" / "in" / "table"
        folder.mkdir()
        for number in range(case.n_rows // N_OBJECT):
            name = f"{number:05d}.parquet"
            if server is None:
                (folder / name).write_bytes(_table(number % N_TABLES))
            else:
                server.put(f"table/{name}", _table(number % N_TABLES))
        yield service


@cache
def _table(number: int) -> bytes:
    """Ten columns like those of the packaged sample, as Parquet."""
    stream = io.BytesIO()
    _model().sample(N_OBJECT, seed=number).write_parquet(stream)
    return stream.getvalue()


@cache
def _model() -> TabularModel:
    sample = pl.read_csv(samples.path("adult.csv"))
    return TabularSynthesizer(seed=1).fit(sample.select(sample.columns[:N_COLUMNS]))


def _outcome(case: Case, job: Mapping[str, object], peaks: Peaks) -> Outcome:
    begun, ended = (datetime.fromisoformat(str(job[key])) for key in ("start_time", "end_time"))
    told = job["metadata"]
    assert isinstance(told, dict)  # noqa: S101  the API says so
    took = (ended - begun).total_seconds()
    return Outcome(case, told["input_rows"], took, seconds(job), told["input_size"], told["output_size"], peaks)
