"""Traces are made only if they are wanted, and wanting them needs their extra."""

import subprocess
import sys
from pathlib import Path

ENDPOINT = "http://127.0.0.1:9/v1/traces"
SCRIPT = """
import sys
from pathlib import Path
{before}
from lookalike.errors import LookalikeError
from lookalike.home import prepare
from lookalike.settings import load
from lookalike.wiring.service import application
home = Path(sys.argv[1])
prepare(home)
try:
    application(load(home, {environ}), {{}})
except LookalikeError as error:
    print(error.code, error)
print(sorted(name for name in sys.modules if name.startswith("opentelemetry.sdk"))[:1])
"""


def told(home: Path, before: str, **environ: str) -> list[str]:
    """Lines of a process that makes the service."""
    script = SCRIPT.format(before=before, environ=environ)
    done = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_without_an_endpoint_nothing_is_loaded(tmp_path: Path) -> None:
    """A service that is not told where to send traces loads nothing of OpenTelemetry; one that is does."""

    assert ["[]"] == told(tmp_path, "")
    assert ["['opentelemetry.sdk']"] == told(tmp_path, "", LOOKALIKE_TRACING__ENDPOINT=ENDPOINT)


def test_traces_need_their_extra(tmp_path: Path) -> None:
    """An endpoint without the extra stops the start and says what to install."""
    [line, _] = told(
        tmp_path, "sys.modules['opentelemetry.sdk.resources'] = None", LOOKALIKE_TRACING__ENDPOINT=ENDPOINT
    )

    assert line.startswith("EXTRA_MISSING")
    assert "pip install 'lookalike[tracing]'" in line
