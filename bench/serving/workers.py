"""What stage `generate` of a job takes with one worker and with two, each a thread wide."""

from contextlib import ExitStack
from dataclasses import dataclass

import polars as pl

from bench.serving.service import Service, serving
from bench.serving.staged import seconds
from bench.serving.submissions import submission
from lookalike import TabularSynthesizer, samples

WORKERS = (1, 2)
N_LEARNT = 25_000
PATIENCE_S = 600.0
SELDOM_S = 0.5  # between two looks at a job: each takes the service some time of a processor


@dataclass(frozen=True)
class Case:
    """So many rows in one format, as one object or (`many`) as parts under a prefix."""

    n_rows: int
    format: str
    many: bool


@dataclass(frozen=True)
class Pairs:
    """Seconds of `generate` by one worker and by two, a figure a pair."""

    case: Case
    one: list[float]
    two: list[float]


def measured(cases: list[Case], n_pairs: int) -> list[Pairs]:
    """Jobs of the packaged sample, not evaluated, on two services that are idle in turns; who begins takes turns."""
    with ExitStack() as stack:
        services = [stack.enter_context(serving("sqlite", COMPUTE__WORKERS=str(n))) for n in WORKERS]
        table: pl.DataFrame = TabularSynthesizer(seed=1).fit(samples.path("adult.csv")).sample(N_LEARNT)
        for service in services:
            table.write_csv(service.place.home / "buckets" / "in" / "table.csv")
            _generate(service, Case(1000, "csv", many=False), "first")  # kernels are compiled and files read
        return [_pairs(services, case, n_pairs) for case in cases]


def _pairs(services: list[Service], case: Case, n_pairs: int) -> Pairs:
    found: list[list[float]] = [[], []]
    for number in range(n_pairs):
        for which in (0, 1) if number % 2 else (1, 0):
            name = f"{case.format}-{case.n_rows}-{case.many}-{number}"
            found[which].append(_generate(services[which], case, name))
    return Pairs(case, *found)


def _generate(service: Service, case: Case, name: str) -> float:
    service.until_ready()
    path = f"{name}/" if case.many else name
    asked = submission(path, case.n_rows, output_format=case.format, evaluate=False)
    job_id = service.submit(asked)
    service.until(job_id, "completed", poll_s=SELDOM_S, patience_s=PATIENCE_S)
    return seconds(service.job(job_id))["generate"]
