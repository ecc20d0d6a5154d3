"""Children that take too much memory, or die again and again, end their own job and no other."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from crew import Crew, gathered, legal, lives, wait, went_well

MEMORY_MAX_BYTES = 800_000_000  # three times what an ordinary child takes
MEMORY_TAKEN_BYTES = 900_000_000


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A service of two slots, each with little memory."""
    folder = tmp_path_factory.mktemp("overloads")
    settings = {"LOOKALIKE_JOBS__SLOTS": "2", "LOOKALIKE_JOBS__MEMORY_MAX_BYTES": str(MEMORY_MAX_BYTES)}
    with gathered(folder, f"sqlite:///{folder}/ledger.db", **settings) as found:
        yield found


def test_too_much_memory(crew: Crew, undisturbed: dict[str, str]) -> None:
    """A child that takes too much is ended with OUT_OF_MEMORY; the one in the other slot completes undisturbed."""
    crew.halts.plan("modest/", ("fit", 0))
    crew.halts.plan("greedy/", ("fit", 0), act="take", size_bytes=MEMORY_TAKEN_BYTES)
    modest = crew.submit("modest/")
    neighbour = crew.halts.reach("modest/")
    greedy = crew.submit("greedy/")
    child = crew.halts.reach("greedy/")
    job = crew.end(greedy)
    unhurt = lives(neighbour.pid)
    crew.halts.go("modest/")

    assert ("failed", "OUT_OF_MEMORY", 0) == (job["status"], job["error"]["code"], job["metadata"]["retry_count"])
    assert f"{MEMORY_MAX_BYTES} bytes" in job["error"]["message"]
    assert (True, False) == (unhurt, lives(child.pid))
    assert {} == crew.output("greedy/")
    went_well(crew, modest, "modest/", undisturbed)
    wait(lambda: not crew.litter(greedy))


def test_a_child_is_confined(crew: Crew, undisturbed: dict[str, str]) -> None:
    """A job's process leaves no core dump, gets no more data than is allowed, and has temporary files of its own."""
    crew.halts.plan("confined/", ("fit", 0))
    job_id = crew.submit("confined/")
    child = psutil.Process(crew.halts.reach("confined/").pid)
    limits = {child.rlimit(kind) for kind in (psutil.RLIMIT_CORE, psutil.RLIMIT_DATA)}
    temporary = Path(child.environ()["TMPDIR"])
    there = temporary.is_dir()
    crew.halts.go("confined/")
    went_well(crew, job_id, "confined/", undisturbed)

    assert {(0, 0), (MEMORY_MAX_BYTES + 2**30,) * 2} == limits
    assert there
    wait(lambda: not temporary.exists())


def test_a_crash_loop(crew: Crew) -> None:
    """A child that dies at the same place each time is started four times in all; then the job fails: WORKER_LOST."""
    crew.halts.plan("loop/", ("fit", 0), act="die", again=True)
    job_id = crew.submit("loop/")
    job = crew.end(job_id)
    wait(lambda: not crew.litter(job_id))

    assert ("failed", "WORKER_LOST", 3) == (job["status"], job["error"]["code"], job["metadata"]["retry_count"])
    assert (4, 4) == (crew.halts.attempts("loop/"), len(crew.halts.met("loop/")))
    assert {} == crew.output("loop/")
    assert legal(crew.statuses(job_id))
    assert not any(lives(pid) for pid in crew.halts.met("loop/"))
