"""The shelf of a peer's result."""

import json
from pathlib import Path

import pytest
from bench.measuring.kept import Shelf
from bench.measuring.results import Cost, Score, Table

KEY = {"table": "a", "needs": [["x"]]}


def test_results_hold_for_what_they_were_measured_on(tmp_path: Path) -> None:
    """A result is good for its own key only, and none is there before it is kept."""
    shelf = Shelf(tmp_path)
    before = shelf.good_for(KEY)
    shelf.keep(KEY, None)

    assert (False, True, False) == (before, shelf.good_for(KEY), shelf.good_for(KEY | {"table": "b"}))
    assert shelf.failed() is None


def test_failures_are_kept_too(tmp_path: Path) -> None:
    """A peer that used up its quarter of an hour is not asked again."""
    shelf = Shelf(tmp_path)
    shelf.keep(KEY, "stopped")

    assert "stopped" == shelf.failed()


def test_scores_belong_to_a_judge(tmp_path: Path) -> None:
    """Scores come back to the judge who gave them, and no other."""
    shelf = Shelf(tmp_path)
    scores = {"C2ST": Score(0.5, None)}
    shelf.keep_scores("one", scores)

    assert (scores, None) == (shelf.scores("one"), shelf.scores("two"))


def test_costs_are_read_from_their_parts(tmp_path: Path) -> None:
    """What several processes measured is one cost."""
    (tmp_path / "a.json").write_text(json.dumps({"fit_s": 1.0, "peak_bytes": 2.0}), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"decoded_per_s": 3.0}), "utf-8")

    assert Cost(1.0, 2.0, 3.0) == Cost.read(tmp_path / "a.json", tmp_path / "b.json")


@pytest.mark.parametrize("changed", ["train.parquet", "holdout.parquet", "meta.json"])
def test_tables_are_told_by_their_bytes(changed: str, tmp_path: Path) -> None:
    """Another byte in any of its files is another table."""
    for name in ("train.parquet", "holdout.parquet", "meta.json"):
        (tmp_path / name).write_bytes(b"1")
    before = Table("t", tmp_path).digest
    (tmp_path / changed).write_bytes(b"2")

    assert before != Table("t", tmp_path).digest
