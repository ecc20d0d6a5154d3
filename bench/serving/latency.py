"""From the submission of a job to its end, on an idle service."""

import time
from dataclasses import dataclass

from bench.serving.service import TITLES, Service, serving
from bench.serving.submissions import submission

N_ROWS, N_JOBS = 1_000, 7


@dataclass(frozen=True)
class Waited:
    """Seconds from the request to the end, a job each."""

    database: str
    evaluated: bool
    seconds: tuple[float, ...]


def measured(kind: str) -> list[Waited]:
    """Jobs one after another, each when the spare child of the service is ready, evaluated ones first."""
    with serving(kind) as service:
        _wait(service, "first.csv", evaluate=True)  # the engine's kernels are compiled and its files read
        return [
            Waited(
                TITLES[kind],
                evaluate,
                tuple(_wait(service, f"{evaluate}-{number}.csv", evaluate=evaluate) for number in range(N_JOBS)),
            )
            for evaluate in (True, False)
        ]


def _wait(service: Service, path: str, *, evaluate: bool) -> float:
    service.until_ready()
    begun = time.perf_counter()
    service.until(service.submit(submission(path, N_ROWS, evaluate=evaluate)), "completed")
    return time.perf_counter() - begun
