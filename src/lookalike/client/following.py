"""Following a job to its end."""

from lookalike.client import calls
from lookalike.client.answers.jobs import JobEvent, JobStatusResponse
from lookalike.client.asking import Flow, Pause, ask
from lookalike.client.errors import JobCancelled, JobFailed
from lookalike.client.progress import progress_bar

ENDED = frozenset({"completed", "failed", "cancelled"})
LOOK_FIRST_S, LOOK_MOST_S = 0.25, 2.0  # between two looks at a job, longer the longer nothing changes
PAGE = 100


def changed(job_id: str, seen: JobStatusResponse | None) -> Flow[JobStatusResponse]:
    """A job's status as soon as it is another than `seen`."""
    wait_s = LOOK_FIRST_S
    while True:
        if seen is not None:
            yield Pause(wait_s)
        job = yield from ask(calls.job(job_id))
        if job != seen:
            return job
        wait_s = min(LOOK_MOST_S, wait_s * 1.5)


def wait(job_id: str, show: bool | None) -> Flow[JobStatusResponse]:
    """
    A job's last status, once it is completed.

    Args:
        show: Whether to show how far it is; None: at a terminal and in a notebook.

    Raises:
        JobFailed: it failed; the error has its code and message.
        JobCancelled: it was cancelled.
    """
    job = None
    with progress_bar(show) as bar:
        while job is None or job["status"] not in ENDED:
            job = yield from changed(job_id, job)
            bar(doing(job), job["progress"] / 100)
    if job["status"] == "cancelled":
        raise JobCancelled(job_id)
    if job["status"] == "failed":
        raise JobFailed(job_id, job["error"]["code"], job["error"]["message"])
    return job


def doing(job: JobStatusResponse) -> str:
    """In a word what a job does now."""
    running = [stage["name"] for stage in job["stages"] if stage["status"] == "processing"]
    return running[0] if job["status"] == "running" and running else job["status"]


def all_events(job_id: str) -> Flow[list[JobEvent]]:
    """All that has happened to a job, in order."""
    found: list[JobEvent] = []
    after: int | None = 0
    while after is not None:
        page = yield from ask(calls.events(job_id, after=after, limit=PAGE))
        found += page["events"]
        after = page["next_after"]
    return found
