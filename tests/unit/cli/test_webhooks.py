"""`lookalike webhooks`."""

import subprocess
import sys
import time

import httpx
import pytest

from lookalike.cli.main import main
from lookalike.webhooks.signature import signed_headers

SECRET = "a-secret-of-some-length"
BODY = b'{"type":"job.created","data":{"job_id":"j\\u001b[31m","sequence":1,"status":"initialized"}}'


def test_what_arrives_is_printed() -> None:
    """The URL, then a line for each message, verified or not, without control characters."""
    words = [sys.executable, "-m", "lookalike", "webhooks", "listen", "--port", "0", "--secret", SECRET]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        statuses = [
            httpx.post(url, content=BODY, headers=headers).status_code
            for headers in (signed_headers("m1", int(time.time()), BODY, [SECRET]), {})
        ]
        lines = [process.stdout.readline() for _ in statuses]
        process.terminate()

    assert [204, 400] == statuses
    assert ["job.created", "j\\x1b[31m", "1", "initialized", "m1", "verified"] == lines[0].split()
    assert "not verified: it is not signed" in lines[1]


def test_a_secret_that_cannot_sign_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and why; the secret is not printed."""
    assert 2 == main(["webhooks", "listen", "--secret", "too-short"])
    told = capfd.readouterr().err

    assert "16 to 256" in told
    assert "too-short" not in told
