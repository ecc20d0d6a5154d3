"""The receiver for trying webhooks out."""

import time
from http.client import HTTPConnection

import httpx
import pytest

from lookalike.clock import SystemClock
from lookalike.webhooks.listener import Heard, listening
from lookalike.webhooks.signature import signed_headers

SECRET = "a-secret-of-some-length"
BODY = b'{"type":"job.created","data":{"sequence":1}}'


@pytest.mark.parametrize(
    ("body", "secret", "status", "message"),
    [
        (BODY, SECRET, 204, {"type": "job.created", "data": {"sequence": 1}}),
        (BODY, SECRET + "x", 400, {"type": "job.created", "data": {"sequence": 1}}),
        (b"[1]", SECRET, 204, None),
        (b"[" * 100_000, SECRET, 204, None),
        (b"\xff", SECRET, 204, None),
    ],
)
def test_what_arrives_is_verified(body: bytes, secret: str, status: int, message: object) -> None:
    """What is signed is 204 and passed on as it is; what is not is 400, and passed on with the reason."""
    heard = list[Heard]()
    with listening(0, SECRET, SystemClock(), heard.append) as url:
        answer = httpx.post(url, content=body, headers=signed_headers("id", int(time.time()), body, [secret]))

    assert status == answer.status_code
    assert [("id", message, status == 204)] == [(h.webhook_id, h.message, h.refused is None) for h in heard]


def test_a_body_without_end_is_not_read() -> None:
    """413 for a length that is too large or none."""
    statuses = []
    with listening(0, SECRET, SystemClock(), lambda _: None) as url:
        for name, value in (("Transfer-Encoding", "chunked"), ("Content-Length", "9" * 12), ("Content-Length", "-1")):
            connection = HTTPConnection(httpx.URL(url).netloc.decode(), timeout=10)
            connection.putrequest("POST", "/")
            connection.putheader(name, value)
            connection.endheaders()
            statuses.append(connection.getresponse().status)
            connection.close()

    assert [413] * 3 == statuses
