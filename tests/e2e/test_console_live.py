"""Pages that follow what happens, over HTTP without a browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from service import Service, log_of, start

from lookalike import samples


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    own = start(tmp_path / "home", {})
    shutil.copy(samples.path("adult.csv"), own.bucket("in"))
    own.bucket("out")
    yield own
    own.stop()


@contextmanager
def followed(service: Service, path: str) -> Iterator[Iterator[str]]:
    """The lines of a stream of events."""
    cookies = {"lookalike_session": service.acme}
    with httpx.stream("GET", service.url + path, cookies=cookies, timeout=60, trust_env=False) as answer:
        assert (200, True) == (answer.status_code, answer.headers["content-type"].startswith("text/event-stream"))
        yield answer.iter_lines()


def test_a_list_follows(service: Service) -> None:
    """The list is told at once, and again when a job is there; when the service ends so does the stream, quietly."""
    with followed(service, "/console/jobs/live") as lines:
        assert any("No jobs yet" in line for line in lines)
        job_id = service.submit(output_path="seen.csv", output_format="csv")
        assert any(job_id in line for line in lines)
        service.process.terminate()
        list(lines)

    assert 0 == service.process.wait(30)
    assert '"level": "error"' not in log_of(service.home).read_text()


def test_a_job_is_followed_to_its_end(service: Service) -> None:
    """What is told last is the end; then the stream is over."""
    job_id = service.submit(output_path="seen.csv", output_format="csv")
    with followed(service, f"/console/jobs/{job_id}/live") as lines:
        told = list(lines)

    assert ["event: over", "data: "] == [line for line in told if line][-2:]
    assert any("pill completed" in line for line in told)
    assert (
        403
        == httpx.get(
            f"{service.url}/console/jobs/{job_id}/live", cookies={"lookalike_session": service.token("bob")}
        ).status_code
    )
