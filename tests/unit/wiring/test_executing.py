"""A service that is to use a Ray cluster says at its start what it lacks for that, with what to do."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest


def refusal(home: Path, **env: str) -> tuple[int, str]:
    """Exit code of a worker that does not start, and what it says."""
    command = [sys.executable, "-m", "lookalike", "worker", "--home", str(home)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_the_extra(tmp_path: Path) -> None:
    """Where Ray is not installed a worker does not start, and says how to install it."""
    env = {"LOOKALIKE_COMPUTE__RAY_TOKEN": "key", "LOOKALIKE_SECRETS__KEY": '{env = "KEY"}', "KEY": "s3cret"}
    code, told = refusal(tmp_path, LOOKALIKE_COMPUTE__EXECUTOR="ray", **env)

    assert 0 != code
    assert "pip install 'lookalike[ray]'" in told
    assert "s3cret" not in told


def test_without_a_token(tmp_path: Path) -> None:
    """A cluster without token authentication is not used: whoever reaches it runs what he likes there."""
    code, told = refusal(tmp_path, LOOKALIKE_COMPUTE__EXECUTOR="ray")

    assert 0 != code
    assert "ray_token" in told
