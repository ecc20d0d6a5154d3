"""What is measured of texts."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from bench.measuring.judges import NotJudged
from bench.measuring.our_texts import measured as our_measured
from bench.measuring.outcomes import TEXTS, peers
from bench.measuring.results import Cost, Entry, Failure, Score
from bench.measuring.text_judges import OwnTexts, TextScript, find_script
from bench.measuring.text_peer import measured
from bench.measuring.text_tasks import TASKS, of_a_folder, of_the_package, of_the_script, shape
from bench.peers import Needs
from bench.peers.texts import TextRoles
from bench.text import costs, document

ROOT = Path(__file__).parents[3]
RUN_BY_PEERS = [ROOT / "bench" / "measuring" / "text_peer.py", *(ROOT / "bench" / "peers" / "texts").glob("*.py")]
JUDGE = """
import argparse, csv, json
parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("rows", nargs="?")
for name in ("--text", "--label", "--n", "--out", "--export-train"):
    parser.add_argument(name)
asked = parser.parse_args()
if asked.export_train:
    lines = open(asked.data, encoding="utf-8").readlines()
    open(asked.export_train, "w", encoding="utf-8").writelines(lines[:-10])
if asked.out:
    told = {"c2st_word": {"synthetic": 0.6, "floor": 0.5}, "copies_train": {"synthetic": 0.01, "floor": None}}
    json.dump({"figures": told}, open(asked.out, "w"))
"""


class Echo:
    """A peer that gives train back."""

    title = "echo"
    needs = Needs("none", ())

    def make(self, roles: TextRoles) -> Any:
        return roles

    def fit(self, made: Any, train: Any) -> Any:
        return train

    def sample(self, fitted: Any, n_rows: int) -> Any:
        return fitted.head(n_rows)


@pytest.fixture
def script(tmp_path: Path) -> TextScript:
    """A script whose fresh texts are the last ten, and that judges all alike."""
    (tmp_path / "judge.py").write_text(JUDGE, "utf-8")
    for name, (text, label, _) in TASKS.items():
        cells = {text: [f"text number  {n} " for n in range(50)], label: [n % 5 for n in range(50)]}
        pl.DataFrame(cells).write_csv(tmp_path / f"{name}.csv")
    return TextScript(tmp_path / "judge.py", Path(sys.executable), tmp_path)


@pytest.mark.parametrize("path", RUN_BY_PEERS, ids=lambda path: path.name)
def test_peers_never_import_lookalike(path: Path) -> None:
    """Nothing that a peer's interpreter runs imports the package."""
    tree = ast.parse(path.read_text("utf-8"))
    found = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    allowed = {"bench.peers", "bench.peers.texts", "bench.peers.mostlyai_engine"}
    allowed |= {"bench.measuring.meter", "bench.measuring.peer"}

    assert set() == {name for name in found if name.split(".")[0] in ("bench", "lookalike")} - allowed


@pytest.mark.parametrize(("name", "part"), list(peers(TEXTS)), ids=lambda v: v if isinstance(v, str) else "")
def test_peers_keep_the_room_s_promise(name: str, part: Any) -> None:
    """Each peer of texts has a title, says what its venv holds, and makes, fits and samples."""
    assert part.title
    assert part.needs.packages
    assert all(callable(getattr(part, verb)) for verb in ("make", "fit", "sample"))


def test_peers_are_asked_for_so_many_texts() -> None:
    """A peer gives as many texts as are wanted, as words, and what that cost."""
    train = pd.DataFrame({"text": ["a b", "c"], "stars": [1, 2]})
    rows, cost = measured(Echo(), train, TextRoles("text", "stars"), 1)

    assert [{"text": "a b", "stars": "1"}] == rows.to_dict("records")
    assert {"fit_s", "peak_bytes", "decoded_per_s"} == cost.keys()


def test_tasks_are_those_of_the_script(script: TextScript, tmp_path: Path) -> None:
    """What the script exports is train, the rest is fresh, however its white space is folded."""
    tasks = of_the_script(script, tmp_path / "tasks")
    halves = [pl.read_parquet(tasks[2].folder / f"{half}.parquet") for half in ("train", "holdout")]
    told = json.loads((tasks[2].folder / "meta.json").read_text("utf-8"))

    assert list(TASKS) == [task.name for task in tasks]
    assert {"text": "review", "label": "score", "n_rows": 500} == told
    assert (40, 16, 5) == shape(tasks[2])
    assert [40, 10] == [half.height for half in halves]


def test_a_fifth_is_fresh_where_no_script_says_which(script: TextScript, tmp_path: Path) -> None:
    """Without a script every fifth text is held back, none is in both halves; the package has one task."""
    tasks = of_a_folder(script.data, tmp_path / "folder")
    [packaged] = of_the_package(tmp_path / "package")
    train, fresh = (pl.read_parquet(packaged.folder / f"{half}.parquet")["text"] for half in ("train", "holdout"))

    assert [40] * 3 == [shape(task)[0] for task in tasks]
    assert 77 == shape(packaged)[2]
    assert set() == set(train) & set(fresh)
    assert 4 == round(len(train) / len(fresh))


def test_the_script_s_figures_are_read(script: TextScript, tmp_path: Path) -> None:
    """Figures become scores beside floors, shares of copies per cent."""
    [task, *_] = of_the_script(script, tmp_path / "tasks")
    found = script.scores(task.folder, task.folder / "train.parquet", tmp_path / "judge.log")

    assert {"C2ST of words": Score(0.6, 0.5), "copies, %": Score(1.0, None)} == found


def test_a_script_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path without a script, and a script without data, are refused before anything is measured."""
    monkeypatch.delenv("LOOKALIKE_TEXT_JUDGE", raising=False)
    monkeypatch.delenv("LOOKALIKE_DATA", raising=False)

    assert find_script(tmp_path) is None
    monkeypatch.setenv("LOOKALIKE_TEXT_JUDGE", str(tmp_path / "none.py"))
    with pytest.raises(NotJudged, match="names no file"):
        find_script(tmp_path)
    (tmp_path / "none.py").touch()
    with pytest.raises(NotJudged, match="names no folder"):
        find_script(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--write"], "--write goes with --peers"), (["--peers", "--write"], "LOOKALIKE_TEXT_JUDGE; set both")],
)
def test_figures_that_may_not_be_published(words: list[str], says: str) -> None:
    """What is written into the documents stands beside peers and comes from the named judge and data."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    command = [sys.executable, "-m", "bench", "text", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert 1 == done.returncode
    assert says in done.stderr


def test_ours_is_measured(tmp_path: Path) -> None:
    """A run leaves the rows to be judged, and says what they cost."""
    [task] = of_the_package(tmp_path)
    told = json.loads((task.folder / "meta.json").read_text("utf-8"))
    (task.folder / "meta.json").write_text(json.dumps({**told, "n_rows": 50}), "utf-8")
    cost = our_measured(task.folder, tmp_path, "ngram", 7)
    rows = pl.read_parquet(tmp_path / "rows.parquet")

    assert (["text", "category"], 50) == (rows.columns, rows.height)
    assert all(cost[name] > 0 for name in ("fit_s", "peak_bytes", "decoded_per_s"))


def test_the_other_backend_stands_beside_the_default(tmp_path: Path) -> None:
    """Scores have a block a task: fresh texts, each backend, peers; what peers cost is told where it is asked for."""
    cost, scores = Cost(60.0, 3e8, 1_000.0, versions={"other": "1.0"}), {"n rows": {"C2ST": Score(0.6, 0.5)}}
    ours = [Entry(f"Lookalike {who}", "banking77", cost, scores, "2030-01-01") for who in ("recurrent", "ngram")]
    theirs = [Entry("Other", "banking77", cost, scores, "2030-01-02"), Failure("Lost", None, "it is gone")]
    told = "\n".join(document(ours, theirs, OwnTexts(), costly=True))
    again = "\n".join(document(ours, theirs, OwnTexts(), costly=False))
    table = costs(of_the_package(tmp_path), [("banking77", "ngram", cost)])

    assert 4 == told.count("| banking77 | ") - 1
    assert "- Lost: it is gone." in told
    assert "× ours" in told
    assert "× ours" not in again
    assert "| 77 | ngram | 60 | 1,000 | 300 |" in table
