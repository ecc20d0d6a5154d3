"""The tables of a run, put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring.results import Cost, Entry, Failure, Score, Scores, Shape
from bench.tabular import document

OURS = Entry("Lookalike", "small", Cost(0.2, 2e8, 5e5, 9e5, 4e5), {"n rows": {"C2ST": Score(0.55, 0.5)}}, "2030-01-02")
PEERS = [
    Entry(f"Other {n}", "small", Cost(25.0, 1e8, 5e3, versions={"other": "1.0"}), {"n rows": {}}, f"2030-01-0{n}")
    for n in (1, 3)
]


@dataclass(frozen=True)
class Strict:
    """A judge of few words."""

    title: str = "strict"
    versions: Mapping[str, str] = field(default_factory=lambda: {"gavel": "2.0"})

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        return {}


def test_ours_alone_have_no_ratios() -> None:
    """Without peers there are two tables, the date, versions, machine and judge."""
    text = document([OURS], {"small": Shape(10, 2)}, [], Strict())

    assert 2 == text.count("|---|\n")
    assert text.startswith("Measured 2030-01-02: Lookalike ")
    assert "Judge: strict, gavel 2.0." in text
    assert "× ours" not in text


def test_peers_are_told_with_versions_and_failures() -> None:
    """Peers of the same packages share one list of versions; days are a span; a failure is a line."""
    text = document(
        [OURS], {"small": Shape(10, 2)}, [*PEERS, Failure("Third", None, "could not be installed")], Strict()
    )

    assert "Peers, measured 2030-01-01 to 2030-01-03. Other 1, Other 3: other 1.0." in text
    assert "\n\n- Third: could not be installed.\n\n" in text
    assert 3 == text.count("|---|\n")


def test_peers_that_all_fail_leave_only_their_lines() -> None:
    """Where no peer ended there is no empty table of ratios."""
    text = document([OURS], {"small": Shape(10, 2)}, [Failure("Third", "small", "stopped")], Strict())

    assert "- Third on small: stopped." in text
    assert "× ours" not in text
