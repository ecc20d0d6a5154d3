"""What starts at once stays light: importing the package, help and tokens load no numbers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lookalike

HEAVY = (
    "numpy",
    "polars",
    "numba",
    "scipy",
    "lightgbm",
    "pandas",
    "pyarrow",
    "structlog",
    "prometheus_client",
    "opentelemetry",
)
# runs the command as `python -m lookalike` does, then tells which heavy modules are loaded
COMMAND = f"""
import runpy, sys
sys.argv[0] = "lookalike"
try:
    runpy.run_module("lookalike", run_name="__main__")
except SystemExit as end:
    print("\\ncode", end.code or 0)
print("loaded", *sorted(set(sys.modules) & {set(HEAVY)!r}))
"""


def told(script: str, *args: str) -> list[str]:
    """Lines that a script writes in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, *args],
        env={k: v for k, v in os.environ.items() if not k.startswith("LOOKALIKE_")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_import_loads_no_numbers() -> None:
    """`import lookalike` loads none of the heavy libraries, and none of its own rooms."""
    lines = told(
        "import sys, lookalike\n"
        f"print(*sorted(set(sys.modules) & {set(HEAVY)!r}))\n"
        "print(*sorted(m for m in sys.modules if m.startswith('lookalike.')))"
    )

    assert ["", "lookalike._version lookalike.version"] == lines


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["-h"],
        ["--version"],
        ["token", "--help"],
        ["serve", "--help"],
        ["jobs", "--help"],
        ["completion", "bash"],
    ],
)
def test_help_loads_no_numbers(args: list[str]) -> None:
    """Help of the command and of what it starts is shown without a heavy library."""
    lines = told(COMMAND, *args)

    assert ["code 0", "loaded"] == [line.strip() for line in lines[-2:]]


def test_token_loads_no_numbers(tmp_path: Path) -> None:
    """A token is made without a heavy library, in a home folder that was not there before."""
    lines = told(COMMAND, "token", "--home", str(tmp_path / "home"), "--customer", "acme")

    assert 3 == len(lines[0].split("."))
    assert ["code 0", "loaded"] == [line.strip() for line in lines[-2:]]


@pytest.mark.parametrize("name", lookalike.__all__)
def test_public_names_are_there(name: str) -> None:
    """Every public name can be had from the package, and `dir` lists it."""

    assert getattr(lookalike, name) is not None
    assert name in dir(lookalike)


def test_unknown_name_is_an_attribute_error() -> None:
    """A name the package does not have is no attribute of it."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lookalike.nothing


def test_lazy_name_is_the_class() -> None:
    """The lazy name is the class itself, not a copy."""
    from lookalike.library import TabularSynthesizer

    assert TabularSynthesizer is lookalike.TabularSynthesizer
