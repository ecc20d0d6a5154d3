from collections.abc import Iterator

import pytest

from lookalike.client import AsyncClient, Client
from scripted import Asking, Script, scripted


@pytest.fixture
def script() -> Iterator[Script]:
    """A service of a script."""
    with scripted() as told:
        yield told


@pytest.fixture(params=[Client, AsyncClient], ids=["sync", "async"])
def asking(request: pytest.FixtureRequest, script: Script) -> Asking:
    """Each of the two clients of that service."""
    return Asking(request.param, script.url)
