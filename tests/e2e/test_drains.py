"""SIGTERM at exact points of a job's way: it is handed back in time, spends no restart, and no byte changes."""

import time
from itertools import product

import pytest
from crew import Crew, went_well
from halts import POINTS

QUICK = [("sqlite", "late")]
CASES = [
    pytest.param(*case, marks=[] if case in QUICK else pytest.mark.slow)
    for case in product(["sqlite", "postgresql"], POINTS)
]


@pytest.mark.parametrize(("crew", "points"), CASES, indirect=["crew"])
def test_drained(crew: Crew, undisturbed: dict[str, str], points: str) -> None:
    """Told to stop at each of the points, a service hands its job back within 10 s; the next goes on: same bytes."""
    path, where = f"drained/{points}/", POINTS[points]
    crew.halts.plan(path, *where)
    job_id = crew.submit(path)
    for number, point in enumerate(where):
        crew.halts.reach(path, number)
        begun = time.monotonic()
        crew.service.process.terminate()
        code = crew.service.process.wait(30)

        assert time.monotonic() - begun < 10, point
        assert (0, ("queued", 0), []) == (code, crew.row(job_id), crew.processes()), point
        crew.serve()

    went_well(crew, job_id, path, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("crew", ["sqlite", "postgresql"], indirect=True)
def test_a_worker_drained(crew: Crew, undisturbed: dict[str, str]) -> None:
    """Told to stop in the middle of a job, a worker hands it back in 10 s; the service takes it: same bytes."""
    path = "drained/worker/"
    crew.halts.plan(path, ("generate", 0.6))
    with crew.busy():
        worker = crew.hire()
        job_id = crew.submit(path)
        crew.halts.reach(path)
        worker.terminate()
        code = worker.wait(10)

        assert (0, ("queued", 0)) == (code, crew.row(job_id))

    went_well(crew, job_id, path, undisturbed)
