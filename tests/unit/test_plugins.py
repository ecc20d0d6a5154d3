"""Parts are files: found by name, loaded on use."""

import subprocess
import sys

import pytest

from lookalike import plugins
from lookalike.errors import UsageError


def test_names_are_files() -> None:
    """A room's parts are its files, sorted, without those that begin with an underscore."""

    assert ("arrow", "csv", "json", "jsonl", "parquet", "txt") == plugins.names("lookalike.formats")


def test_names_load_no_part() -> None:
    """Listing a room imports neither it nor its parts."""
    script = (
        "import sys; from lookalike import plugins; plugins.names('lookalike.formats');"
        "print(*[m for m in sys.modules if m.startswith('lookalike.formats')])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert "" == told.strip()


def test_a_part_is_its_module() -> None:
    """A part is the module of its file."""

    assert "lookalike.formats.csv" == plugins.part("lookalike.formats", "csv").__name__


@pytest.mark.parametrize("name", ["xml", "", "_records", "csv.x", "..errors", "os"])
def test_unknown_parts(name: str) -> None:
    """A name that is no part, also one that leads elsewhere, is refused with those there are."""
    with pytest.raises(UsageError, match=r"no .* in formats") as caught:
        plugins.part("lookalike.formats", name)

    assert "arrow, csv, json" in caught.value.hint
