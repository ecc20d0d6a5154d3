"""What is measured of time series."""

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
from bench.measuring import sequence_scale
from bench.measuring.judges import NotJudged
from bench.measuring.our_sequences import draw, memory
from bench.measuring.outcomes import SEQUENCES, outcomes, peers
from bench.measuring.results import Cost, Entry, Failure, Score
from bench.measuring.sequence_judges import SequenceJudge, find_judge, script_scores
from bench.measuring.sequence_peer import measured
from bench.measuring.sequence_tasks import TASKS, of_the_judge, of_the_package, shape
from bench.peers import Needs
from bench.peers.sequences import Roles
from bench.time_series import document

ROOT = Path(__file__).parents[3]
RUN_BY_PEERS = [
    ROOT / "bench" / "measuring" / "sequence_peer.py",
    *(ROOT / "bench" / "peers" / "sequences").glob("*.py"),
]
JUDGE = """
import argparse, json, pathlib, shutil
parser = argparse.ArgumentParser()
parser.add_argument("task")
parser.add_argument("rows", nargs="?")
for name in ("--out", "--data", "--export-train", "--export-holdout"):
    parser.add_argument(name)
asked = parser.parse_args()
for path in (asked.export_train, asked.export_holdout):
    if path:
        shutil.copy(pathlib.Path(asked.data) / f"{asked.task}.parquet", path)
if asked.out:
    told = {"c2st_seq_train": {"synthetic": 0.6, "floor": 0.5}, "window_copies": {"synthetic": 0.01, "floor": None}}
    json.dump({"figures": told}, open(asked.out, "w"))
"""


class Echo:
    """A peer that gives train back."""

    title = "echo"
    needs = Needs("none", ())

    def make(self, roles: Roles) -> Any:
        return roles

    def fit(self, made: Any, train: Any) -> Any:
        return made, train

    def sample(self, fitted: Any, n_sequences: int) -> Any:
        roles, train = fitted
        return train[train[roles.key].isin(train[roles.key].unique()[:n_sequences])]


@pytest.fixture
def judge(tmp_path: Path) -> SequenceJudge:
    """A script that exports what lies in a folder, and judges all alike."""
    (tmp_path / "judge.py").write_text(JUDGE, "utf-8")
    for name, (key, index, _) in TASKS.items():
        columns = {**({key: ["a"] * 30 + ["b"] * 30} if key else {}), index: [*range(30)] * 2, "x": [0.5] * 60}
        pl.DataFrame(columns).write_parquet(tmp_path / f"{name}.parquet")
    return SequenceJudge(tmp_path / "judge.py", Path(sys.executable), tmp_path)


@pytest.mark.parametrize("path", RUN_BY_PEERS, ids=lambda path: path.name)
def test_peers_never_import_lookalike(path: Path) -> None:
    """Nothing that a peer's interpreter runs imports the package."""
    tree = ast.parse(path.read_text("utf-8"))
    found = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    allowed = {"bench.peers", "bench.peers.sequences", "bench.peers.mostlyai_engine"}
    allowed |= {"bench.measuring.meter", "bench.measuring.peer"}

    assert set() == {name for name in found if name.split(".")[0] in ("bench", "lookalike")} - allowed


@pytest.mark.parametrize(("name", "part"), list(peers(SEQUENCES)), ids=lambda v: v if isinstance(v, str) else "")
def test_peers_keep_the_room_s_promise(name: str, part: Any) -> None:
    """Each peer of sequences has a title, says what its venv holds, and makes, fits and samples."""
    assert part.title
    assert part.needs.packages
    assert all(callable(getattr(part, verb)) for verb in ("make", "fit", "sample"))


def test_peers_are_asked_for_as_many_sequences() -> None:
    """A peer gives back as many sequences as train has, and what that cost."""
    train = pd.DataFrame({"who": ["a", "a", "b"], "at": [1, 2, 1], "x": [0.5, 1.5, 2.5]})
    rows, cost = measured(Echo(), train, Roles("who", "at", {"who": "category", "at": "integer", "x": "decimal"}))

    assert 3 == len(rows)
    assert {"fit_s", "peak_bytes", "decoded_per_s"} == cost.keys()


def test_tasks_are_those_of_the_judge(judge: SequenceJudge, tmp_path: Path) -> None:
    """Each task has both halves and says what to give back: whole sequences, or rows in whole thousands."""
    tasks = of_the_judge(judge, tmp_path / "tasks")
    told = {task.name: json.loads((task.folder / "meta.json").read_text("utf-8")) for task in tasks}

    assert list(TASKS) == list(told)
    assert (2, 1_000) == (told["storms"]["n_sequences"], told["etth1-long"]["n_rows"])
    assert None is told["etth1-windows"]["n_sequences"]
    assert [(2, 60, 3), (1, 60, 2)] == [shape(tasks[0]), shape(tasks[3])]
    assert all(task.digest for task in tasks)


def test_the_judge_s_figures_are_read(judge: SequenceJudge, tmp_path: Path) -> None:
    """Figures become scores beside floors; a long series has the floor of its inner halves."""
    found = judge.scores(tmp_path / "storms", tmp_path / "storms.parquet", tmp_path / "judge.log")

    assert {"C2ST, train": Score(0.6, 0.5), "window copies, %": Score(1.0, None)} == found
    assert {"KS": Score(0.1, 0.3)} == script_scores({"ks": {"synthetic": 0.1, "floor": 0.2, "inner": 0.3}})


def test_a_judge_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path without a script is refused before anything is measured; none is the package's own judgement."""
    monkeypatch.delenv("LOOKALIKE_SEQUENCE_JUDGE", raising=False)

    assert "lookalike.evaluate" == find_judge(tmp_path).title
    monkeypatch.setenv("LOOKALIKE_SEQUENCE_JUDGE", str(tmp_path / "none.py"))
    with pytest.raises(NotJudged, match="names no file"):
        find_judge(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--write"], "--write goes with --peers"), (["--peers", "--write"], "LOOKALIKE_SEQUENCE_JUDGE; set both")],
)
def test_figures_that_may_not_be_published(words: list[str], says: str) -> None:
    """What is written into the documents stands beside peers and comes from the named judge and data."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    command = [sys.executable, "-m", "bench", "time_series", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert 1 == done.returncode
    assert says in done.stderr


def test_one_series_is_nothing_for_peers_of_many(judge: SequenceJudge, tmp_path: Path) -> None:
    """A task without a key is a line that says so; no venv is made for it."""
    task = of_the_judge(judge, tmp_path / "tasks")[3]
    found = list(outcomes([task], judge, tmp_path, SEQUENCES))

    assert [("etth1-long", True)] * len(found) == [(f.table, isinstance(f, Failure)) for f in found]
    assert not (tmp_path / "venvs").exists()


def test_ours_is_measured_and_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Costs are positive, the rows are as many storms as train has, and the package judges them."""
    monkeypatch.setattr("bench.measuring.our_sequences.LEAST_ROWS", 3_000)
    [task] = of_the_package(tmp_path / "tasks")
    cost = draw(task.folder, tmp_path, 7)
    told = SequenceJudge(None, Path(sys.executable), None).scores(
        task.folder, tmp_path / "rows.parquet", tmp_path / "l"
    )

    assert all(value > 0 for value in cost.values())
    assert memory(task.folder, tmp_path, 7)["peak_bytes"] > 10**7
    assert 75 == pl.read_parquet(tmp_path / "rows.parquet")["storm_id"].n_unique()
    assert told["fidelity.c2st_seq"].floor is not None


def test_scale_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are those of the panel that is learnt from, and of the storms that are drawn; costs are positive."""
    monkeypatch.setattr(sequence_scale, "MACHINES", 30)
    monkeypatch.setattr(sequence_scale, "SAMPLED", 500)
    (learnt, of_panel), (drawn, of_storms) = sequence_scale.panel(), sequence_scale.storms(20)

    assert 30 * sequence_scale.HOURS == learnt
    assert drawn > 20
    assert all(value > 0 for value in (*of_panel.values(), *of_storms.values()))


def test_the_document_stands_seeds_beside_peers(tmp_path: Path) -> None:
    """A line for each seed, one for fresh real rows, one for the peer; ratios and failures only with peers."""
    tasks = of_the_package(tmp_path)
    cost = Cost(1.0, 2e8, 1e5, written_per_s=1e5)
    seeds = {f"seed {n}": {"KS": Score(n / 100, 0.03)} for n in (7, 8)}
    ours = Entry("Lookalike", "storms", cost, seeds, "2030-01-02")
    peer = Entry("Other", "storms", Cost(9.0, 1e8, 1e3, versions={"other": "1.0"}), {"n rows": {}}, "2030-01-01")
    alone = "\n\n".join(document(tasks, [ours], []))
    beside = "\n\n".join(document(tasks, [ours], [peer, Failure("Third", "storms", "stopped")]))

    assert 2 == alone.count("|---|\n")
    assert 2 == alone.count("| storms | Lookalike, seed ")
    assert "| storms | fresh real rows | 0.030 |" in alone
    assert 3 == beside.count("|---|\n")
    assert "with other 1.0." in beside
    assert "- Third on storms: stopped." in beside
