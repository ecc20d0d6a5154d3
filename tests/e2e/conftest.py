import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from service import Service, serving

from lookalike import samples


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose bucket `in` holds the sample."""
    with serving(tmp_path_factory.mktemp("service") / "home") as running:
        shutil.copy(samples.path("adult.csv"), running.bucket("in"))
        running.bucket("out")
        yield running


@pytest.fixture(scope="session")
def real_data() -> Path:
    """A folder of larger real data; tests that need it skip without."""
    if "LOOKALIKE_DATA" not in os.environ:
        pytest.skip("LOOKALIKE_DATA names no folder of real data")
    return Path(os.environ["LOOKALIKE_DATA"])
