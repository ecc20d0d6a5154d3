"""
Never two writers of one job, whoever is frozen, and whatever the clocks say.

Each promise stands beside a control: the same fault with one safety taken away, and then it must be seen to break.
"""

import os
import signal
import time
from contextlib import suppress
from itertools import pairwise

import psutil
import pytest
import sqlalchemy as sa

from lookalike.jobs.states import JobStatus
from lookalike.ledger.tables import jobs
from somebody import SOMEBODY

S = JobStatus
WRITING_S, LONG_S = 2.5, 10
RESUMED_LEASE_S = 8  # PostgreSQL may need 5 s to end the transaction in which somebody was stopped
DONE = ["say", {"type": "done", "work": {}, "metadata": {}}]
HOUR_S = 3600
BEAT_S = 1.5


@pytest.fixture
def notes(tmp_path):
    """The file in which writers note that they write."""
    return tmp_path / "notes"


def spans(notes):
    """From when to when each process wrote, in order of their beginning."""
    seen = {}
    for line in notes.read_text().splitlines() if notes.exists() else ():
        pid, moment = line.split()
        seen.setdefault(pid, []).append(float(moment))
    return sorted((min(moments), max(moments)) for moments in seen.values())


def overlap(notes):
    """Whether one began to write before another one had ended."""
    found = spans(notes)
    return any(later[0] < earlier[1] for earlier, later in pairwise(found))


def frozen_past_its_lease(service, waiting, notes, writing_s, **faults):
    """Id of a job whose supervisor is stopped until another one has the job, and then goes on."""
    first = service.supervise_apart("first", faults, lease_s=1)
    job_id = service.submit(["write", str(notes), writing_s], DONE)
    waiting(lambda: spans(notes))
    service.freeze(first)
    service.supervise_apart("second", faults, lease_s=1)
    waiting(lambda: len(spans(notes)) == 2)
    if faults.get("unguarded"):  # going on, the first supervisor ends its writer at once, before that wrote again
        waiting(lambda: overlap(notes))
    os.kill(first.pid, signal.SIGCONT)
    return job_id


def test_a_frozen_supervisor_and_its_successor(service, waiting, notes):
    """Stopped past its lease and continued, a supervisor finds the job no longer its own; it ends once, one restart."""
    job_id = frozen_past_its_lease(service, waiting, notes, WRITING_S)
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 2, 1) == (job.status, job.epoch, job.retry_count)
    assert not overlap(notes)
    assert 1 == service.events(job.job_id).count("job.completed")


def test_without_its_guard_there_are_two_writers(service, waiting, notes):
    """Control: the same without the guard that ends a group in time."""
    frozen_past_its_lease(service, waiting, notes, LONG_S, unguarded=True)

    assert waiting(lambda: overlap(notes))
    for process in service.processes():  # nobody else ends them, unless one ends the other
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.slow
def test_without_the_fence_there_are_two_writers(service, waiting, notes):
    """Control: the same without the fence that refuses a former supervisor's word."""
    frozen_past_its_lease(service, waiting, notes, LONG_S, unfenced=True)

    assert waiting(lambda: overlap(notes))


def resumed_beside_its_first_attempt(service, waiting, notes):
    """Id of a job that is paused and resumed while its supervisor is stopped and another one looks for work."""
    first = service.supervise_apart("first", lease_s=RESUMED_LEASE_S)
    job_id = service.submit(["write", str(notes), LONG_S], DONE)
    waiting(lambda: spans(notes))
    service.freeze(first)
    service.supervise_apart("second", lease_s=RESUMED_LEASE_S)
    service.store.pause(job_id, SOMEBODY)
    service.store.resume(job_id, SOMEBODY)
    return job_id


def test_a_resumed_job_and_its_former_attempt(service, waiting, notes):
    """Paused and resumed, a job is taken again only when its former attempt, whose supervisor is stopped, is dead."""
    job_id = resumed_beside_its_first_attempt(service, waiting, notes)
    waiting(lambda: len(spans(notes)) == 2)
    service.n_running(2)

    assert not overlap(notes)
    assert (2, 0) == ((job := service.job(job_id)).epoch, job.retry_count)


@pytest.mark.slow
def test_without_its_former_lease_a_resumed_job_has_two_writers(service, waiting, notes):
    """Control: the same when nobody knows until when the former attempt may live."""
    job_id = resumed_beside_its_first_attempt(service, waiting, notes)
    with service.engine.begin() as connection:
        connection.execute(sa.update(jobs).where(jobs.c.job_id == job_id).values(lease_until=None))

    assert waiting(lambda: overlap(notes))


def clock_set(service, waiting, notes, tmp_path, seconds, **faults):
    """A job during which the database's clock is set, at a moment at which its supervisor is a little late."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    faults = {"clock_file": str(clock), **faults}
    first = service.supervise_apart("first", faults, lease_s=60, beat_s=BEAT_S)
    job_id = service.submit(["write", str(notes), 3 * BEAT_S], DONE)
    waiting(lambda: spans(notes))
    service.supervise_apart("second", faults, lease_s=60, beat_s=BEAT_S)
    waiting(lambda: service.store.backlog(10).live_workers == 2)
    service.freeze(first)
    clock.write_text(str(seconds))
    if "unwatched" in faults:
        waiting(lambda: service.job(job_id).retry_count)
    else:
        time.sleep(1.2 * BEAT_S)  # so the second looks, but not for so long that it may draw its conclusion
    os.kill(first.pid, signal.SIGCONT)
    return service.reaches(job_id, S.COMPLETED, S.FAILED)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S])
def test_a_clock_that_jumps(service, waiting, notes, tmp_path, seconds):
    """A database's clock set by an hour, either way, takes no job from a supervisor that is alive."""
    job = clock_set(service, waiting, notes, tmp_path, seconds)

    assert (S.COMPLETED, 1, 0) == (job.status, job.epoch, job.retry_count)
    assert 1 == len(spans(notes))
    assert 3 * BEAT_S <= job.running_s < 60


@pytest.mark.slow
def test_without_the_second_look_a_clock_that_jumps_takes_jobs(service, waiting, notes, tmp_path):
    """Control: the same, if a lease that is over by the database's clock were believed at once."""
    job = clock_set(service, waiting, notes, tmp_path, HOUR_S, unwatched=True)

    assert job.retry_count > 0


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S])
def test_a_dead_supervisor_is_found_after_its_clock_jumped(service, waiting, notes, tmp_path, seconds):
    """A supervisor that dies just when the clock is set is found no later than any other."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    faults = {"clock_file": str(clock)}
    first = service.supervise_apart("first", faults, lease_s=3)
    job_id = service.submit(["write", str(notes), WRITING_S], DONE)
    waiting(lambda: spans(notes))
    first.kill()
    clock.write_text(str(seconds))
    service.supervise_apart("second", faults, lease_s=3)
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 2, 1) == (job.status, job.epoch, job.retry_count)
    assert not overlap(notes)


def test_machines_whose_clocks_disagree(service, waiting):
    """Supervisors an hour ahead and an hour behind share the work; no lease is lost by it."""
    jobs = [service.submit(["sleep", 0.3], DONE) for _ in range(6)]
    for skew_s in (HOUR_S, -HOUR_S):
        service.supervise_apart(f"skewed {skew_s}", {"skew_s": skew_s})
    ended = [service.reaches(job_id, S.COMPLETED, S.FAILED) for job_id in jobs]

    assert [(S.COMPLETED, 1, 0)] * 6 == [(job.status, job.epoch, job.retry_count) for job in ended]
