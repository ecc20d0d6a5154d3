"""Whatever dies or is interrupted while helpers share the work, a job ends as the API says, with the same bytes."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from service import ENDED, Service, digest, serving, stage

from lookalike import samples

ROWS = 1_500_000  # twenty-three blocks: long enough to be met in the middle
ASKED = {"data_size": ROWS, "parameters": {"seed": 11, "evaluate": False}}

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that tells of progress five times a second."""
    with serving(tmp_path_factory.mktemp("faults") / "home", JOBS__BEAT_S="0.2") as running:
        shutil.copy(samples.path("adult.csv"), running.bucket("in"))
        running.bucket("out")
        yield running


@pytest.fixture(scope="module")
def undisturbed(service: Service) -> str:
    """SHA-256 of the output of the job that nothing happened to."""
    job = service.run(**ASKED, output_path="faults/undisturbed.parquet")

    assert job["status"] == "completed"
    return digest(service.bucket("out") / "faults" / "undisturbed.parquet")


def _in_the_middle_of(name: str, share: int = 5):
    return lambda job: stage(job, name)["status"] == "processing" and stage(job, name)["progress"] >= share


def _kill(processes: list[psutil.Process]) -> None:
    assert processes
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "victim", [pytest.param("child", marks=slow), pytest.param("guard", marks=slow), "task-worker"]
)
def test_kill_in_generate(service: Service, undisturbed: str, victim: str) -> None:
    """kill -9 of child, guard or helper in `generate`: the job completes with the same bytes, its restart counted."""
    job_id = service.submit(**ASKED, output_path=f"faults/{victim}.parquet")
    service.watch(job_id, _in_the_middle_of("generate"))
    _kill(service.processes(victim)[:1])
    seen = service.watch(job_id)

    assert seen[-1]["status"] == "completed", seen[-1]
    assert undisturbed == digest(service.bucket("out") / "faults" / f"{victim}.parquet")
    assert seen[-1]["metadata"]["retry_count"] == (0 if victim == "task-worker" else 1)


def test_pause_and_resume(service: Service, undisturbed: str) -> None:
    """Paused in `generate` and resumed, a job completes with the same bytes and spends no restart."""
    job_id = service.submit(**ASKED, output_path="faults/paused.parquet")
    service.watch(job_id, _in_the_middle_of("generate"))
    paused = service.act(job_id, "pause")
    _gone(service)
    shown = service.job(job_id)
    resumed = service.act(job_id, "resume")
    last = service.watch(job_id)[-1]

    assert (200, 200) == (paused.status_code, resumed.status_code)
    assert shown["status"] == "paused"
    assert shown["metadata"]["resume_deadline"] is not None
    assert (last["status"], last["metadata"]["retry_count"]) == ("completed", 0)
    assert undisturbed == digest(service.bucket("out") / "faults" / "paused.parquet")


def test_cancel_leaves_nothing(service: Service) -> None:
    """Cancelled in `generate`, a job leaves no process, output or staged part; cancel again is 200, resume 400."""
    job_id = service.submit(**ASKED, output_path="faults/cancelled.parquet")
    service.watch(job_id, _in_the_middle_of("generate"))
    answers = [service.act(job_id, action).status_code for action in ("cancel", "cancel", "resume")]
    _gone(service)
    _wait(lambda: not (service.bucket("out") / ".lookalike").exists())

    assert [200, 200, 400] == answers
    assert service.job(job_id)["status"] == "cancelled"
    assert not list((service.bucket("out") / "faults").glob("cancelled*"))


def test_timeout(service: Service) -> None:
    """A job that runs longer than its timeout fails with JOB_TIMEOUT and publishes nothing."""
    last = service.run(**{**ASKED, "data_size": 5_000_000}, timeout=3, output_path="faults/late.parquet")

    assert ("failed", "JOB_TIMEOUT") == (last["status"], last["error"]["code"])
    assert {"failed", "skipped"} >= {s["status"] for s in last["stages"] if s["status"] != "completed"}
    assert not list((service.bucket("out") / "faults").glob("late*"))


@slow
def test_kill_the_whole_service(tmp_path: Path, service: Service, undisturbed: str) -> None:
    """kill -9 of `serve` in `generate` leaves no process; started again, the service completes the job, same bytes."""
    home = tmp_path / "home"
    with serving(home, JOBS__LEASE_S="3", JOBS__BEAT_S="0.2") as first:
        (first.bucket("in") / "adult.csv").write_bytes((service.bucket("in") / "adult.csv").read_bytes())
        first.bucket("out")
        job_id = first.submit(**ASKED, output_path="x.parquet")
        first.watch(job_id, _in_the_middle_of("generate"))
        family = psutil.Process(first.process.pid).children(recursive=True)
        os.kill(first.process.pid, signal.SIGKILL)
        _wait(lambda: not any(_lives(process) for process in family))
    with serving(home) as second:
        last = second.watch(job_id)[-1]

    assert (last["status"], last["metadata"]["retry_count"]) == ("completed", 1)
    assert undisturbed == digest(home / "buckets" / "out" / "x.parquet")


@slow
def test_drain(tmp_path: Path, service: Service, undisturbed: str) -> None:
    """SIGTERM in `generate` hands the job back, no restart spent; the next service completes it, same bytes."""
    home = tmp_path / "home"
    with serving(home, JOBS__BEAT_S="0.2") as first:
        (first.bucket("in") / "adult.csv").write_bytes((service.bucket("in") / "adult.csv").read_bytes())
        first.bucket("out")
        job_id = first.submit(**ASKED, output_path="x.parquet")
        first.watch(job_id, _in_the_middle_of("generate"))
    with serving(home) as second:
        last = second.watch(job_id)[-1]

    assert first.process.returncode == 0
    assert (last["status"], last["metadata"]["retry_count"]) == ("completed", 0)
    assert undisturbed == digest(home / "buckets" / "out" / "x.parquet")


def test_progress_never_falls(service: Service) -> None:
    """Within an attempt progress never falls, and 100 means completed."""
    seen = service.watch(service.submit(**ASKED, output_path="faults/progress.parquet"))
    progress = [job["progress"] for job in seen]

    assert progress == sorted(progress)
    assert all(job["status"] == "completed" for job in seen if job["progress"] == 100)
    assert seen[-1]["status"] in ENDED


def _gone(service: Service) -> None:
    _wait(lambda: not service.processes("child"))


def _wait(until) -> None:
    deadline = time.monotonic() + 30
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
