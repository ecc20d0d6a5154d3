"""What a process does not need it does not load: most of the time that a start takes is spent on loading."""

import subprocess
import sys

import pytest

HEAVY = ("alembic", "lightgbm", "numba", "pandas", "pyarrow", "scipy.stats", "sqlalchemy", "httpx", "fastapi")
SERVICE = "import lookalike.wiring.service"
JOB = "from lookalike.wiring.child import warm; warm()"
PREVIEW = "from lookalike.wiring.looking import warm; warm()"
WITHOUT_PANDAS = "sys.modules['pandas'] = None"  # as in the default install: LightGBM loads it where it is there


@pytest.mark.parametrize(
    ("does", "loads"),
    [
        (SERVICE, {"alembic", "sqlalchemy", "httpx", "fastapi"}),
        (JOB, {"lightgbm", "numba"}),
        (PREVIEW, {"numba"}),
    ],
    ids=["service", "job", "preview"],
)
def test_what_is_loaded(does: str, loads: set[str]) -> None:
    """The processes of a service load, of all that takes long to load, what they use."""
    script = f"import sys; {WITHOUT_PANDAS}; {does}; print(*(n for n in {HEAVY} if sys.modules.get(n)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert loads == set(done.stdout.split())
