"""kill -9 at exact points of a job's way: it is restarted, goes on from its checkpoint, and no byte changes."""

from contextlib import nullcontext
from itertools import product

import psutil
import pytest
from crew import Crew, await_death, kill, lives, tree, went_well
from halts import POINTS

QUICK = [
    ("sqlite", "child", "early"),
    ("sqlite", "guard", "middle"),
    ("sqlite", "tree", "late"),
]
ALL = product(["sqlite", "postgresql"], ["child", "guard", "worker", "service", "tree"], POINTS)
CASES = [pytest.param(*case, marks=[] if case in QUICK else pytest.mark.slow) for case in ALL]


@pytest.mark.parametrize(("crew", "victim", "points"), CASES, indirect=["crew"])
def test_killed(crew: Crew, undisturbed: dict[str, str], victim: str, points: str) -> None:
    """Whoever is killed, at each of the points in turn: same bytes, a restart counted each time, never two children."""
    path, where = f"{victim}/{points}/", POINTS[points]
    crew.halts.plan(path, *where)
    with crew.busy() if victim == "worker" else nullcontext():
        _replace(crew, victim)
        job_id = crew.submit(path)
        for number in range(len(where)):
            child = crew.halts.reach(path, number)
            kill(*_victims(crew, victim, child))
            await_death(child)  # before anyone takes the victim's place
            _replace(crew, victim)
        crew.end(job_id)

    went_well(crew, job_id, path, undisturbed, retry_count=len(where))
    assert len(where) + 1 == crew.halts.attempts(path)


def _victims(crew: Crew, victim: str, child: psutil.Process) -> list[psutil.Process]:
    service = psutil.Process(crew.service.process.pid)
    match victim:
        case "child":
            return [child]
        case "guard":
            return [child.parent()]
        case "worker":
            return [child.parent().parent()]
        case "service":
            return [service]
    return tree(service)


def _replace(crew: Crew, victim: str) -> None:
    """Another one in place of the one that is not there, or is dead."""
    if victim == "worker":
        crew.hire()
    elif not lives(crew.service.process.pid):
        crew.serve()
