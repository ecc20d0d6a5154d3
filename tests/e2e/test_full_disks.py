"""Disks without room: the job fails and says which bucket and what to do, nothing is left, the service goes on."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from crew import Crew, gathered, wait, went_well

slow = pytest.mark.slow

PLACES = {"out": "home/buckets/out", "work": "home/work", "tmp": "tmp"}
SAID = {"out": "Bucket 'out'", "work": "Bucket 'work'", "tmp": "The folder for temporary files"}


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A service with three small disks: for its work, its output, and temporary files."""
    folder = tmp_path_factory.mktemp("full")
    with ExitStack() as stack:
        for place in PLACES.values():
            stack.enter_context(_disk(folder / place))
        url = f"sqlite:///{folder}/ledger.db"
        yield stack.enter_context(gathered(folder, url, TMPDIR=str(folder / PLACES["tmp"])))


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """A disk of a few megabytes mounted at a folder; the test is skipped where that is not permitted."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def _full(folder: Path, room_bytes: int = 0) -> Iterator[None]:
    """While in here a disk has no room left but so much."""
    ballast = folder / "ballast"
    try:
        with suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
        with ballast.open("r+b") as stream:
            stream.truncate(ballast.stat().st_size - room_bytes)
        yield
    finally:
        ballast.unlink()


REFUSED = "failed", "STORAGE_FAILED", True, True, {}


def _found(crew: Crew, job: dict[str, Any], place: str) -> tuple[str, str, bool, bool, dict[str, str]]:
    """State and code of a job, whether it says that the place has no room, and what to do; and what it left."""
    wait(lambda: not crew.litter(job["job_id"]))
    message = job["error"]["message"]
    said = f"{place} has no room left" in message, "Make room in it" in message
    return job["status"], job["error"]["code"], *said, crew.output(job["configuration"]["output_location"]["path"])


@slow
def test_full_from_the_start(crew: Crew, undisturbed: dict[str, str]) -> None:
    """Output, work or temporary files without room: the job fails and names the place; with room the next goes."""
    for name, place in PLACES.items():
        with _full(crew.home.parent / place, room_bytes=100_000):
            job = crew.end(crew.submit(f"{name}/"))
        next_id = crew.submit(f"{name}/")

        assert REFUSED == _found(crew, job, SAID[name])
        went_well(crew, next_id, f"{name}/", undisturbed)


@pytest.mark.parametrize("form", ["parquet", *(pytest.param(f, marks=slow) for f in ("csv.gz", "jsonl.zst", "arrow"))])
def test_full_after_a_megabyte(crew: Crew, form: str) -> None:
    """Room for some of a part is room for none: whatever writes it, the job says that the bucket is full."""
    path, asked = f"large.{form}", {"output_format": form.partition(".")[0], "parameters": {"evaluate": False}}
    with _full(crew.home / "buckets" / "out", room_bytes=1_200_000):
        job = crew.end(crew.submit(path, data_size=200_000, **asked))

    assert REFUSED == _found(crew, job, "Bucket 'out'")


def test_full_in_the_midst_of_work(crew: Crew) -> None:
    """Work that outgrows its disk while rows are drawn fails the job, and is deleted."""
    with _full(crew.home / "work", room_bytes=4_000_000):
        job = crew.end(crew.submit("drawn.csv", data_size=300_000, output_format="csv"))

    assert REFUSED == _found(crew, job, "Bucket 'work'")
    assert {"generate": "failed"} == {s["name"]: s["status"] for s in job["stages"] if s["status"] == "failed"}


def test_full_while_publishing(crew: Crew, undisturbed: dict[str, str]) -> None:
    """Parts in place but no room for the report: the parts are taken back, and the path is free for the next job."""
    crew.halts.plan("late/", ("copy", 3))
    job_id = crew.submit("late/")
    crew.halts.reach("late/")
    placed = crew.output("late/")
    with _full(crew.home / "buckets" / "out"):
        crew.halts.go("late/")
        job = crew.end(job_id)
    next_id = crew.submit("again/")

    assert 2 == len(placed)
    assert REFUSED == _found(crew, job, "Bucket 'out'")
    went_well(crew, next_id, "again/", undisturbed)
