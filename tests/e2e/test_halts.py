"""What the fault tests stand on: a point that is not met, and a second child, are noticed."""

import pytest
from crew import Crew, await_death, wait
from service import stage

pytestmark = pytest.mark.parametrize("crew", ["sqlite"], indirect=True)


def test_a_point_not_met(crew: Crew) -> None:
    """Of a job that never comes to the planned point the test hears so, and does not pass."""
    crew.halts.plan("early/", ("evaluate", 0))
    job = crew.end(crew.submit("early/", parameters={"evaluate": False}))

    assert ("completed", 1) == (job["status"], crew.halts.attempts("early/"))
    with pytest.raises(AssertionError, match="never came to point 0"):
        crew.halts.reach("early/", patience_s=0.1)


def test_a_second_child(crew: Crew) -> None:
    """A child that is not the only one of its job is noticed; while it halts it is where it was planned to be."""
    crew.halts.plan("crowded/", ("ingest", 0))
    with crew.halts.crowd("crowded/"):
        job_id = crew.submit("crowded/")
        child = crew.halts.reach("crowded/")
        wait(lambda: stage(crew.service.job(job_id), "ingest")["status"] == "processing")
        crew.service.act(job_id, "cancel")
        await_death(child)

    assert crew.halts.crowded("crowded/")
