"""A server that speaks as Azure's blob storage does, for tests: Azurite, everything in its memory."""

import base64
import hmac
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import httpx

from ports import free_port, wait_for

PROGRAM = Path(__file__).with_name("node") / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
ACCOUNT, KEY = "tests", base64.b64encode(b"a key of the tests, of 32 bytes!").decode()
READY_S = 60


@dataclass(frozen=True)
class Blobs:
    """Where it listens."""

    port: int

    def options(self, **more: str) -> dict[str, str]:
        """The options of a container there."""
        at = {"endpoint": f"http://127.0.0.1:{self.port}/{ACCOUNT}", "allow_http": "true"}
        return {**at, "account_name": ACCOUNT, "account_key": KEY, **more}

    def new_container(self) -> str:
        """The name of a new, empty container."""
        name = f"b-{uuid.uuid4().hex}"
        _made(self.port, name)
        return name


def is_there() -> bool:
    """Whether Node and Azurite are installed."""
    return shutil.which("node") is not None and PROGRAM.is_file()


@contextmanager
def blobs(folder: Path) -> Iterator[Blobs]:
    """A running one; it works in `folder`."""
    port = free_port()
    command = ["node", str(PROGRAM), "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"]
    where = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--silent"]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    process = subprocess.Popen(
        [*command, *where], env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, READY_S)
        yield Blobs(port)
    finally:
        process.kill()
        process.wait()


def _made(port: int, name: str) -> None:
    """Make a container: signed as Microsoft's "Authorize with Shared Key" says, which obstore does for blobs only."""
    path = f"/{ACCOUNT}/{name}"
    told = {"x-ms-date": format_datetime(datetime.now(UTC), usegmt=True), "x-ms-version": "2021-08-06"}
    headers = "".join(f"{key}:{value}\n" for key, value in told.items())
    words = f"PUT{12 * chr(10)}{headers}/{ACCOUNT}{path}\nrestype:container"
    signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), words.encode(), "sha256")).decode()
    told["authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    httpx.put(f"http://127.0.0.1:{port}{path}?restype=container", headers=told).raise_for_status()
