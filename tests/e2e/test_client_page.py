"""What docs/client.md shows is so: its examples run, against a service with one bucket."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from service import Service, serving

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose one bucket is empty."""
    with serving(tmp_path_factory.mktemp("service") / "home") as running:
        running.bucket("data")
        yield running


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run(service: Service, tmp_path: Path, number: int) -> None:
    """Every example runs as it stands, and says nothing of what went wrong."""
    env = {**os.environ, "URL": service.url, "TOKEN": service.acme}
    command = [sys.executable, "-c", EXAMPLES[number]]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout
