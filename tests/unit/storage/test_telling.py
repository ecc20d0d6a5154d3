"""What a store that errs answers to a listing, in our words, and whether it is asked again."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from lookalike.errors import StorageAway
from lookalike.storage.buckets import open_bucket
from object_server import options


class _Answering(BaseHTTPRequestHandler):
    status = 200
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *told: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A store that answers everything with one status and counts how often it is asked."""
    _Answering.asked = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "words", "again"),
    [
        (401, "refused access", False),
        (403, "refused access", False),
        (404, "is not there", False),
        (400, "does not answer", True),
        (503, "does not answer", True),
    ],
)
def test_an_answer_for_good_is_not_asked_for_again(
    status: int, words: str, again: bool, server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    """Who is refused, or asks for a bucket that is not there, is told at once; a job may wait for either."""
    _Answering.status = status
    bucket = open_bucket("b", "s3://b", options(server.server_port, retry_timeout="1s"), tmp_path)
    with pytest.raises(StorageAway, match=words):
        bucket.objects("")

    assert again == (_Answering.asked > 1)
