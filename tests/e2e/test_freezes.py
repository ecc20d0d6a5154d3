"""A worker that stands still for longer than its lease: others do its job, and it does no harm when it goes on."""

import signal
import subprocess
import time
from itertools import product

import psutil
import pytest
from crew import Crew, lives, wait, went_well
from halts import Point

KINDS = ("sqlite", "postgresql")
QUICK = [("sqlite", ("generate", 0.6))]
CASES = [
    pytest.param(*case, marks=[] if case in QUICK else pytest.mark.slow)
    for case in product(KINDS, [("fit", 0), ("generate", 0.6), ("copy", 2)])
]
ALONE = list(product(KINDS, [("generate", 0.6), ("publish", 0), ("copy", 2)]))


@pytest.mark.parametrize(("crew", "point"), CASES, indirect=["crew"])
def test_frozen(crew: Crew, undisturbed: dict[str, str], point: Point) -> None:
    """Frozen past its lease, a worker loses its group to the guard and its job to another: same bytes, one restart."""
    path = f"frozen/{point[0]}/"
    crew.halts.plan(path, point, ("create", 1))
    with crew.busy():
        frozen = crew.hire()
        job_id = crew.submit(path)
        first = crew.halts.reach(path)
        _freeze(crew, frozen, job_id)
        other = crew.hire()
        second = crew.halts.reach(path, 1)
        killed, owner = not lives(first.pid), second.parent().parent().pid
        frozen.send_signal(signal.SIGCONT)
        _notices(frozen)
        crew.halts.go(path, 1)
        crew.end(job_id)

        assert (True, other.pid, None) == (killed, owner, frozen.poll())

    went_well(crew, job_id, path, undisturbed, retry_count=1)
    assert 2 == crew.halts.attempts(path)


@pytest.mark.slow
@pytest.mark.parametrize(("crew", "point"), ALONE, indirect=["crew"])
def test_a_child_left_alone(crew: Crew, undisturbed: dict[str, str], point: Point) -> None:
    """While its worker is frozen a child goes on, even to its end: another repeats it, same bytes, one restart."""
    path = f"alone/{point[0]}/"
    crew.halts.plan(path, point)
    with crew.busy():
        frozen = crew.hire()
        job_id = crew.submit(path)
        crew.halts.reach(path)
        _freeze(crew, frozen, job_id)
        crew.halts.go(path)
        crew.hire()
        crew.end(job_id)
        frozen.send_signal(signal.SIGCONT)
        _notices(frozen)

    went_well(crew, job_id, path, undisturbed, retry_count=1)
    assert 2 == crew.halts.attempts(path)


def _freeze(crew: Crew, worker: subprocess.Popen[str], job_id: str) -> None:
    """SIGSTOP, but not in the middle of a transaction: that would freeze the database too."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        wait(lambda: psutil.Process(worker.pid).status() == psutil.STATUS_STOPPED)
        if not crew.locked(job_id):
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.05)


def _notices(worker: subprocess.Popen[str]) -> None:
    """Returns once a worker has buried the dead group."""
    wait(lambda: not psutil.Process(worker.pid).children())
