"""What each stage of a job takes, on an idle service whose next process is ready."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from bench.serving.service import Service, serving
from bench.serving.submissions import submission
from lookalike import TabularSynthesizer, samples

N_ROWS, N_JOBS = 25_000, 9
SELDOM_S = 1.0  # between two looks at a job: each takes the service some time of a processor
Seconds = Mapping[str, float]


def measured(kind: str) -> list[Seconds]:
    """Seconds by stage of jobs of 25,000 rows from as many, made from the sample of 15 columns; one after another."""
    with serving(kind) as service:
        model = TabularSynthesizer(seed=1).fit(samples.path("adult.csv"))
        table: pl.DataFrame = model.sample(N_ROWS)
        table.write_csv(service.place.home / "buckets" / "in" / "table.csv")
        _stages(service, "first.csv")  # kernels are compiled and files read
        return [_stages(service, f"{number}.csv") for number in range(N_JOBS)]


def _stages(service: Service, path: str) -> Seconds:
    service.until_ready()
    job_id = service.submit(submission(path, N_ROWS))
    service.until(job_id, "completed", poll_s=SELDOM_S)
    return seconds(service.job(job_id))


def seconds(job: Mapping[str, Any]) -> Seconds:
    """What each stage of a finished job took, those that were skipped left out."""
    return {stage["name"]: _seconds(stage) for stage in job["stages"] if stage["status"] == "completed"}


def _seconds(stage: Mapping[str, Any]) -> float:
    begun, ended = (datetime.fromisoformat(stage[key]) for key in ("start_time", "end_time"))
    return (ended - begun).total_seconds()
