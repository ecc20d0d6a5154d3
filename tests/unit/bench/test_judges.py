"""Who judges."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest
from bench.measuring.judges import NotJudged, Own, Script, find_judge, script_scores
from bench.measuring.results import Score

from lookalike import samples

JUDGE = """
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("rows")
parser.add_argument("--out")
asked = parser.parse_args()
json.dump({"c2st_holdout": 0.6, "c2st_floor": 0.5, "exact_match": 0.01, "tstr": float("nan")}, open(asked.out, "w"))
"""


def test_scripts_are_run_and_read(tmp_path: Path) -> None:
    """A script's JSON becomes scores with floors; what it does not give, or gives as NaN, has no value."""
    script = tmp_path / "judge.py"
    script.write_text(JUDGE, "utf-8")
    told = Script(script, Path(sys.executable)).scores(tmp_path, tmp_path / "rows", tmp_path / "judge.log")

    assert {"C2ST": Score(0.6, 0.5), "TSTR": Score(None, None), "exact, %": Score(1.0, None)} == told


def test_scores_by_symmetry_have_a_floor() -> None:
    """Shares of rows that lean to one of two equal halves are a half for fresh rows."""
    assert {"DCR share": Score(0.52, 0.5)} == script_scores({"dcr_share": 0.52})


def test_a_judge_that_fails_is_told(tmp_path: Path) -> None:
    """A script that raises is named by its error, and its log."""
    script = tmp_path / "judge.py"
    script.write_text("raise KeyError('column')", "utf-8")

    with pytest.raises(NotJudged, match=r"ended with KeyError; see judge\.log"):
        Script(script, Path(sys.executable)).scores(tmp_path, tmp_path / "rows", tmp_path / "judge.log")


def test_a_judge_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path without a script is refused before anything is measured."""
    monkeypatch.setenv("LOOKALIKE_JUDGE", str(tmp_path / "none.py"))

    with pytest.raises(NotJudged, match="names no file"):
        find_judge(tmp_path)


def test_titles_tell_judges_apart(tmp_path: Path) -> None:
    """Another text of the script is another judge, so that kept scores are not taken for its own."""
    script = tmp_path / "judge.py"
    titles = set()
    for text in ("1", "2"):
        script.write_text(text, "utf-8")
        titles.add(Script(script, Path(sys.executable)).title)

    assert 2 == len(titles)


def test_without_a_script_the_package_judges(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Figures of `lookalike.evaluate` come under their own names, with floors."""
    monkeypatch.delenv("LOOKALIKE_JUDGE", raising=False)
    rows = pl.read_csv(samples.path("adult.csv"))
    for n, name in enumerate(("train", "holdout", "rows")):
        rows.slice(n * 300, 300).write_parquet(tmp_path / f"{name}.parquet")
    judge = find_judge(tmp_path)
    told = judge.scores(tmp_path, tmp_path / "rows.parquet", tmp_path / "judge.log")

    assert isinstance(judge, Own)
    assert told["fidelity.column_shapes"].floor is not None
    assert json.loads((tmp_path / "judge.json").read_text("utf-8")).keys() == told.keys()
