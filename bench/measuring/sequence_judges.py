"""Who judges sequences: the script that LOOKALIKE_SEQUENCE_JUDGE names, else `lookalike.evaluate`."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.measuring.judges import NEEDS, NotJudged
from bench.measuring.processes import failure
from bench.measuring.results import Score, Scores, number
from bench.measuring.venvs import interpreter, versions

# Title, and the script's names of which a task has one; `_holdout` is against fresh rows, which copying does not fool.
_SCRIPT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("C2ST, train", ("c2st_seq_train", "c2st_window_train")),
    ("C2ST, fresh", ("c2st_seq_holdout", "c2st_window_holdout")),
    ("C2ST of steps", ("c2st_trans_train",)),
    ("KS", ("ks",)),
    ("KS of differences", ("ks_diff",)),
    ("ACF", ("acf_dist",)),
    ("correlations", ("corr_diff",)),
    ("categories", ("cat_tvd",)),
    ("lengths", ("length_ks",)),
    ("near ratio", ("near_ratio",)),
    ("memo share", ("memo_share",)),
    ("window copies, %", ("window_copies",)),
)


@dataclass(frozen=True)
class SequenceJudge:
    """A program ``SCRIPT TASK ROWS --data DATA --out FILE``, or without one the package's own judgement."""

    script: Path | None
    python: Path
    data: Path | None

    @property
    def title(self) -> str:
        """How the tables name it; another judgement has another title."""
        if self.script is None:
            return "lookalike.evaluate"
        return f"{self.script.name} ({sha256(self.script.read_bytes()).hexdigest()[:8]})"

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the packages it judges with."""
        return versions(("lightgbm",), self.python)

    def command(self, task: str, *rest: str | Path) -> list[str | Path]:
        """What runs the script on a task; the rows, where there are any, come first of the rest."""
        data: list[str | Path] = [] if self.data is None else ["--data", self.data]
        return [self.python, *([] if self.script is None else [self.script]), task, *rest, *data]

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        """
        Scores of the rows in a Parquet file, on the task that the folder is named for.

        Raises:
            NotJudged: it failed.
        """
        out = log.with_suffix(".json")
        own: list[str | Path] = [self.python, "-m", "bench.measuring.own_judge", folder, rows, out, "time_series"]
        told = own if self.script is None else self.command(folder.name, rows, "--out", out)
        if reason := failure(told, log):
            raise NotJudged(f"the judge {reason}; see {log.name} in the cache")
        found = json.loads(out.read_text("utf-8"))
        return own_scores(found) if self.script is None else script_scores(found["figures"])


def find_judge(cache: Path) -> SequenceJudge:
    """
    The judge of this run.

    Raises:
        NotJudged: there is no such script.
        NotInstalled: its packages.
    """
    named, data = os.environ.get("LOOKALIKE_SEQUENCE_JUDGE"), os.environ.get("LOOKALIKE_DATA")
    if not named:
        return SequenceJudge(None, Path(sys.executable), None)
    path = Path(named).resolve()
    if not path.is_file():
        raise NotJudged("LOOKALIKE_SEQUENCE_JUDGE names no file")
    return SequenceJudge(path, interpreter(NEEDS, cache), Path(data).resolve() / "time_series" if data else None)


def script_scores(figures: Mapping[str, Mapping[str, Any]]) -> Scores:
    """The figures that the tables tell; of a long series, whose fresh part is another season, `inner` is the floor."""
    found = {title: figures[name] for title, names in _SCRIPT for name in names if name in figures}
    return {title: _score(told, 100 if "%" in title else 1) for title, told in found.items()}


def own_scores(told: Mapping[str, tuple[object, object]]) -> Scores:
    """The package's own figures, those that these sequences have."""
    return {name: Score(number(value), number(floor)) for name, (value, floor) in told.items() if value is not None}


def _score(told: Mapping[str, Any], scale: int) -> Score:
    inner = number(told.get("inner"))
    values = number(told["synthetic"]), number(told["floor"]) if inner is None else inner
    return Score(*(None if value is None else value * scale for value in values))
