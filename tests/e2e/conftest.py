import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crew import Crew, gathered
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


@pytest.fixture(scope="module")
def crews(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Crew]]:
    """The crew on a kind of database, gathered when first asked for."""
    with ExitStack() as stack:

        @cache
        def gather(kind: str) -> Crew:
            folder = tmp_path_factory.mktemp("crew")
            url = f"sqlite:///{folder}/ledger.db" if kind == "sqlite" else request.getfixturevalue("postgres")()
            return stack.enter_context(gathered(folder, url))

        yield gather


@pytest.fixture
def crew(request: pytest.FixtureRequest, crews: Callable[[str], Crew]) -> Crew:
    """A service on the kind of database that `request.param` names, whose jobs can be met at exact points."""
    return crews(request.param)


@pytest.fixture(scope="session")
def known() -> dict[str, str]:
    """What `undisturbed` gives, once it has been found out."""
    return {}


@pytest.fixture
def undisturbed(crew: Crew, known: dict[str, str]) -> dict[str, str]:
    """What stands at the output path of the job that nothing happened to: names, and SHA-256 of the parts."""
    if not known:
        job = crew.end(crew.submit("undisturbed/"))
        known |= crew.output("undisturbed/")

        assert job["status"] == "completed", job
    return known
