"""Who judges: the script that LOOKALIKE_JUDGE names, in a venv of its own, else `lookalike.evaluate`."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from bench.measuring.processes import failure
from bench.measuring.results import Score, Scores, number
from bench.measuring.venvs import interpreter, versions
from bench.peers import Needs

NEEDS = Needs("judge", (("sdmetrics", "lightgbm", "scikit-learn", "pandas", "pyarrow"),))
# Title, the script's name, and its name for fresh rows or the figure they get by symmetry.
_SCRIPT: tuple[tuple[str, str, str | float], ...] = (
    ("shape error", "shape_err", "shape_floor"),
    ("pair TVD", "pair_tvd", "pair_tvd_floor"),
    ("C2ST", "c2st_holdout", "c2st_floor"),
    ("TSTR", "tstr", "trtr"),
    ("DCR share", "dcr_share", 0.5),
    ("MIA AUC", "mia_auc", 0.5),
    ("exact, %", "exact_match", "exact_match_floor"),
)


class NotJudged(Exception):
    """There is no judge, or it did not end; the message says how."""


class Judge(Protocol):
    """Who gives scores."""

    @property
    def title(self) -> str:
        """How the tables name it; another judgement has another title."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the packages it judges with."""

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        """
        Scores of the rows in a Parquet file.

        Args:
            folder: The table: ``train.parquet``, ``holdout.parquet``, ``meta.json``.
            log: Gets what the judge says.

        Raises:
            NotJudged: it failed.
        """


def find_judge(cache: Path) -> Judge:
    """
    The judge of this run.

    Raises:
        NotJudged: there is no such script.
        NotInstalled: its packages.
    """
    named = os.environ.get("LOOKALIKE_JUDGE")
    if not named:
        return Own()
    path = Path(named).resolve()
    if not path.is_file():
        raise NotJudged("LOOKALIKE_JUDGE names no file")
    return Script(path, interpreter(NEEDS, cache))


@dataclass(frozen=True)
class Script:
    """A program ``SCRIPT FOLDER ROWS --out FILE`` whose JSON has the names in `_SCRIPT`."""

    path: Path
    python: Path

    @property
    def title(self) -> str:
        return f"{self.path.name} ({sha256(self.path.read_bytes()).hexdigest()[:8]})"

    @property
    def versions(self) -> Mapping[str, str]:
        return versions(("lightgbm", "sdmetrics"), self.python)

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        out = log.with_suffix(".json")
        return script_scores(_told([self.python, self.path, folder, rows, "--out", out], out, log))


@dataclass(frozen=True)
class Own:
    """The judgement that the package itself offers."""

    title: str = "lookalike.evaluate"

    @property
    def versions(self) -> Mapping[str, str]:
        return versions(("lightgbm",), Path(sys.executable))

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        out = log.with_suffix(".json")
        told = _told([sys.executable, "-m", "bench.measuring.own_judge", folder, rows, out], out, log)
        return {name: Score(number(value), number(floor)) for name, (value, floor) in told.items()}


def script_scores(told: Mapping[str, Any]) -> Scores:
    """The scores in the script's JSON; those it does not give are left out."""
    return {title: _score(told, name, floor) for title, name, floor in _SCRIPT if name in told}


def _score(told: Mapping[str, Any], name: str, floor: str | float) -> Score:
    values = number(told[name]), number(told.get(floor) if isinstance(floor, str) else floor)
    scale = 100 if name == "exact_match" else 1
    return Score(*(None if value is None else value * scale for value in values))


def _told(command: list[str | Path], out: Path, log: Path) -> Any:
    """The JSON that a command wrote."""
    if reason := failure(command, log):
        raise NotJudged(f"the judge {reason}; see {log.name} in the cache")
    return json.loads(out.read_text("utf-8"))
