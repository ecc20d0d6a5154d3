"""A server that speaks S3, for benchmarks: moto in a process of its own, on this machine, everything in its memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import obstore
from obstore.store import S3Store

from bench.serving.service import NotMeasured

TITLE = "S3 (moto)"
BUCKETS = ("in", "out")
_KEY_ID, _SECRET, _READY_S = "BENCHKEYID", "bench/secret+key", 30.0


@dataclass(frozen=True)
class Objects:
    """Its address; it has the buckets `in` and `out`."""

    url: str

    def settings(self) -> Mapping[str, str]:
        """How a service is told of the buckets; see `ENVIRON`."""
        options = (
            f'endpoint = "{self.url}", region = "us-east-1", allow_http = "true", '
            f'access_key_id = "{_KEY_ID}", secret_access_key = {{ secret = "S3_KEY" }}'
        )
        buckets = [f'{name} = {{ url = "s3://{name}-bench", options = {{ {options} }} }}' for name in BUCKETS]
        return {"BUCKETS": f"{{ {', '.join(buckets)} }}", "SECRETS": '{ S3_KEY = { env = "BENCH_S3_KEY" } }'}

    def put(self, path: str, value: bytes) -> None:
        """An object of the bucket `in`."""
        store = S3Store(
            f"{BUCKETS[0]}-bench",
            endpoint=self.url,
            region="us-east-1",
            client_options={"allow_http": True},
            access_key_id=_KEY_ID,
            secret_access_key=_SECRET,
        )
        obstore.put(store, path, value)


ENVIRON = {"BENCH_S3_KEY": _SECRET}


@contextmanager
def objects() -> Iterator[Objects]:
    """A running server with empty buckets."""
    url = f"http://127.0.0.1:{_free_port()}"
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", url.rpartition(":")[2]]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    try:
        _until_ready(url)
        for name in BUCKETS:
            httpx.put(f"{url}/{name}-bench").raise_for_status()
        yield Objects(url)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _until_ready(url: str) -> None:
    end = time.monotonic() + _READY_S
    while time.monotonic() < end:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise NotMeasured("moto did not start; it is among the requirements of developers")
