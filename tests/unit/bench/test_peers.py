"""What others offer, and how they are run."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bench.measuring.meter import cpu_s, peak_bytes, timed
from bench.measuring.outcomes import peers
from bench.measuring.peer import kinds, measured, restored
from bench.measuring.venvs import NotInstalled, interpreter
from bench.peers import Kinds, Needs

ROOT = Path(__file__).parents[3]
RUN_BY_PEERS = ["bench/__init__.py", "bench/measuring/meter.py", "bench/measuring/peer.py", "bench/measuring/sdv.py"]
PEERS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "bench" / "peers").glob("*.py"))]
TRAIN = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 1.5], "word": ["a", None, "b"], "yes": [True, False, True]})


class Echo:
    """A peer that gives train back, stored otherwise."""

    title = "echo"
    needs = Needs("none", ())

    def make(self, kinds: Kinds) -> Any:
        return dict(kinds)

    def fit(self, made: Any, train: Any) -> Any:
        return train[list(reversed(made))].astype({"word": "category", "n": float})

    def sample(self, fitted: Any, n_rows: int) -> Any:
        return fitted.head(n_rows)


@pytest.mark.parametrize("path", [*RUN_BY_PEERS, *PEERS])
def test_peers_never_import_lookalike(path: str) -> None:
    """Nothing that a peer's interpreter runs imports the package, or anything here that does."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    found += [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    allowed = {"bench.peers", "bench.measuring.meter", "bench.measuring.sdv"}

    assert [] == [name for name in found if name.split(".")[0] == "lookalike"]
    assert set() == {name for name in found if name.split(".")[0] == "bench"} - allowed


@pytest.mark.parametrize(("name", "part"), list(peers()), ids=lambda value: value if isinstance(value, str) else "")
def test_peers_keep_the_room_s_promise(name: str, part: Any) -> None:
    """Each peer has a title, says what its venv holds, and makes, fits and samples; its packages need not be here."""
    assert part.title
    assert part.needs.steps
    assert part.needs.packages
    assert all(callable(getattr(part, verb)) for verb in ("make", "fit", "sample"))


def test_peers_are_told_the_types() -> None:
    """The description tells categories, the dtypes the rest; a boolean stays one."""
    assert {"n": "integer", "x": "decimal", "word": "category", "yes": "boolean"} == kinds(TRAIN, ["yes"])
    assert "category" == kinds(TRAIN, ["n"])["n"]


def test_rows_come_back_as_train_stores_them() -> None:
    """Columns are in train's order and of train's dtypes, whatever a peer made of them."""
    rows, cost = measured(Echo(), TRAIN, kinds(TRAIN, []))

    pd.testing.assert_frame_equal(TRAIN, restored(rows, TRAIN))
    assert {"fit_s", "peak_bytes", "decoded_per_s"} == cost.keys()


def test_cells_that_do_not_fit_are_left() -> None:
    """A whole number that came back missing, or as a word, stays as the peer told it."""
    rows = TRAIN.assign(n=["1", "rare", "3"])

    assert ["1", "rare", "3"] == restored(rows, TRAIN)["n"].tolist()


@pytest.mark.parametrize(
    ("column", "cells", "dtype"),
    [
        ("yes", ["True", "False", "True"], "bool"),
        ("yes", [1, 0, 1], "bool"),
        ("yes", ["True", "rare", "True"], None),
        ("n", ["1", "2", "3"], "int64"),
        ("n", [1.0, 2.0, 3.0], "int64"),
        ("n", [1.0, 2.7, 3.0], "float64"),
        ("n", [1.0, None, 3.0], "float64"),
        ("x", ["0.5", None, "1.5"], "float64"),
    ],
)
def test_restoring_changes_no_cell(column: str, cells: list[Any], dtype: str | None) -> None:
    """Text that spells a number or a boolean becomes one; no fraction is cut off, and no word is taken for true."""
    given = TRAIN.assign(**{column: cells})
    rows = restored(given, TRAIN)[column]

    assert (dtype or str(given[column].dtype)) == str(rows.dtype)
    assert [_spelt(cell, dtype) for cell in cells] == [_spelt(cell, dtype) for cell in rows]


def _spelt(cell: Any, dtype: str | None) -> Any:
    """A cell as a column of the dtype holds it; None for text."""
    if dtype == "bool":
        return cell in (True, 1, "True")
    return str(cell) if dtype is None else repr(float("nan" if cell is None else cell))


def test_cpu_time_of_children_counts() -> None:
    """What a process that is awaited has used is part of what the task took."""
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    before = cpu_s()
    _, took = timed(lambda: subprocess.run([sys.executable, "-c", burn], check=True))

    assert 0.2 <= took <= cpu_s() - before


def test_peaks_are_bytes() -> None:
    """An interpreter with pandas has between ten megabytes and a terabyte."""
    assert 10**7 < peak_bytes() < 10**12


@pytest.mark.slow
def test_what_cannot_be_installed_is_told(tmp_path: Path) -> None:
    """A package that pip cannot find is one sentence, not a crash, and is tried again the next time."""
    needs = Needs("broken", (("--no-index", "no-such-package-anywhere"),))
    for _ in range(2):
        with pytest.raises(
            NotInstalled, match=r"could not be installed: pip ended with exit code 1; see broken-1\.log"
        ):
            interpreter(needs, tmp_path)


@pytest.mark.slow
def test_a_venv_is_made_once(tmp_path: Path) -> None:
    """A venv that holds what is needed is used again; other needs make it anew."""
    needs = Needs("empty", ())
    python = interpreter(needs, tmp_path)
    made = python.parents[1].stat().st_ino
    again = interpreter(needs, tmp_path).parents[1].stat().st_ino
    other = interpreter(Needs("empty", (), unwanted=("pip",)), tmp_path)
    has_pip = subprocess.run([other, "-c", "import pip"], capture_output=True, check=False).returncode == 0

    assert made == again
    assert not has_pip
