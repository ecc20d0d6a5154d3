"""How many processors a process may use: a container's limit counts, not the machine's."""

import os
from pathlib import Path

import pytest

from lookalike.wiring.processors import n_processors


@pytest.mark.parametrize(
    ("told", "most"),
    [("max 100000", None), ("100000 100000", 1), ("50000 100000", 1), ("9900000 100000", None), ("nonsense", None)],
)
def test_a_limit_counts(told: str, most: int | None, tmp_path: Path) -> None:
    """A share of less than one is one processor; no limit, or one beyond what there is, is all there are."""
    (tmp_path / "cpu.max").write_text(told)
    every = n_processors(tmp_path / "none")

    assert 1 <= every <= (os.cpu_count() or 1)
    assert (most or every) == n_processors(tmp_path / "cpu.max")
