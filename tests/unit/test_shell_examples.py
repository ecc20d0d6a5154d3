"""What the first pages have people type works as it stands, block after block, in a folder of their own."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("five-minutes", "how-to")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
READY_S = 120


@pytest.fixture
def environ() -> dict[str, str]:
    """One in which `lookalike` and `python` are those of this installation, and a service listens at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "LOOKALIKE_SERVER__PORT": str(port)}


@contextmanager
def served(block: str, folder: Path, environ: dict[str, str]) -> Iterator[None]:
    """The block, which starts a service, left running in the background once that is ready."""
    port = environ["LOOKALIKE_SERVER__PORT"]
    command = block.replace("lookalike serve", f"exec lookalike serve --port {port}")
    with subprocess.Popen(["sh", "-eu", "-c", command], cwd=folder, env=environ, stderr=subprocess.DEVNULL) as service:
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", service)
            yield
        finally:
            service.terminate()


def wait_for(url: str, service: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and service.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service is not ready")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_commands_work(page: str, tmp_path: Path, environ: dict[str, str]) -> None:
    """Each block of commands of a page ends well, after those before it; a service goes on running for later ones."""
    blocks = BLOCK.findall((ROOT / "docs" / f"{page}.md").read_text("utf-8"))
    run(blocks, tmp_path, environ)

    assert len(blocks) > 4
    assert any(tmp_path.glob("*.html"))


def run(blocks: list[str], folder: Path, environ: dict[str, str]) -> None:
    for n, block in enumerate(blocks):
        if "lookalike serve" in block:
            with served(block, folder, environ):
                return run(blocks[n + 1 :], folder, environ)
        done = subprocess.run(
            ["sh", "-eu", "-c", block], cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, block + done.stdout + done.stderr
    return None
