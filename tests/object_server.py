"""A server that speaks S3, for tests: moto in a process of its own, everything in its memory."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from lookalike.storage import Bucket
from lookalike.storage.buckets import open_bucket
from ports import free_port, wait_for

KEY_ID, SECRET = "TESTKEYID", "test/secret+key"
READY_S = 30


class ObjectServer:
    """Where it listens, and what it holds."""

    def __init__(self, port: int) -> None:
        self.port = port

    def new_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"b-{uuid.uuid4().hex}"
        httpx.put(f"http://127.0.0.1:{self.port}/{name}").raise_for_status()
        return name

    def bucket(self, name: str) -> Bucket:
        """A bucket reached without a detour."""
        return open_bucket("direct", f"s3://{name}", options(self.port), Path())

    def unfinished(self, name: str) -> int:
        """Multipart uploads to a bucket that were begun and neither completed nor aborted."""
        return httpx.get(f"http://127.0.0.1:{self.port}/{name}?uploads").text.count("<UploadId>")


def options(port: int, **more: str) -> dict[str, str]:
    """The options of a bucket that is reached at a port of this machine."""
    at = {"endpoint": f"http://127.0.0.1:{port}", "region": "us-east-1", "allow_http": "true"}
    return {**at, "access_key_id": KEY_ID, "secret_access_key": SECRET, **more}


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    """A running server."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, READY_S)
        yield ObjectServer(port)
    finally:
        process.kill()
        process.wait()
