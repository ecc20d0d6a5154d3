"""Many clients who cancel, pause and resume one job at once: each gets an answer that the contract knows."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from crew import Crew, legal, wait
from service import ENDED

CLIENTS = 50
ACTS = 6  # of each client
REFUSALS = {"cancel": "CANCEL_FAILED", "pause": "PAUSE_FAILED", "resume": "RESUME_FAILED"}


@pytest.mark.parametrize("crew", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_fifty_clients(crew: Crew) -> None:
    """Fifty clients race on one job: 200 or the refusal of the contract, legal moves, one end, no process left."""
    crew.halts.plan("raced/", ("generate", 0), again=True)  # a child that is there to be ended
    job_id = crew.submit("raced/")
    crew.halts.reach("raced/")
    start = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as threads:
        heard = list(threads.map(lambda seed: _client(crew, job_id, seed, start), range(CLIENTS)))
    answers = Counter(answer for told in heard for answer in told)
    last = crew.end(job_id)
    wait(lambda: not crew.processes("child"))
    wait(lambda: not crew.litter(job_id))
    statuses = crew.statuses(job_id)

    allowed = {(act, 200, "") for act in REFUSALS} | {(act, 400, code) for act, code in REFUSALS.items()}
    assert set(answers) <= allowed, answers
    assert CLIENTS * ACTS == answers.total()
    assert ("cancelled", "cancelled") == (last["status"], statuses[-1])
    assert 1 == sum(status in ENDED for status in statuses)
    assert legal(statuses)
    assert {} == crew.output("raced/")


def _client(crew: Crew, job_id: str, seed: int, start: threading.Barrier) -> list[tuple[str, int, str]]:
    """What one client did and heard: it pauses and resumes, and some cancel in the end."""
    rng = random.Random(seed)
    acts = [rng.choice(["pause", "resume"]) for _ in range(ACTS - 1)] + ["cancel" if seed % 5 == 0 else "resume"]
    told = []
    with httpx.Client(base_url=crew.service.url, headers=crew.service.http.headers, timeout=60) as http:
        start.wait()
        for act in acts:
            answer = http.post(f"/api/v2/jobs/{job_id}/{act}")
            code = answer.json().get("error", {}).get("code", "") if answer.status_code != 200 else ""
            told.append((act, answer.status_code, code))
    return told
