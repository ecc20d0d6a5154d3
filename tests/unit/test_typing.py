"""Who uses the library with a type checker is told what it gives."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lookalike

SCRIPT = '''"""What somebody may write who installed the package."""

from pathlib import Path
from typing import assert_type

import lookalike
from lookalike import Report, TabularModel, TabularSynthesizer, TextModel, TextSynthesizer
from lookalike import TimeSeriesModel, TimeSeriesSynthesizer, evaluate, load, samples
from lookalike.client import Client
from lookalike.errors import LookalikeError


def judged(data: Path, folder: Path) -> Report:
    model = TabularSynthesizer(seed=7, privacy="private").fit(data)
    assert_type(model, TabularModel)
    model.save(folder / "people.lookalike")
    report = evaluate(data, model.sample(1_000, conditions={"sex": "Female"}), holdout=None)
    assert_type(report, Report)
    assert_type(report.figures["fidelity.c2st"].value, float | None)
    assert_type(report.verdict.sentence, str)
    return report


assert_type(lookalike.__version__, str)
assert_type(samples.path("adult.csv"), Path)
assert_type(TimeSeriesSynthesizer(seed=7).fit("storms.csv"), TimeSeriesModel)
assert_type(TextSynthesizer(backend="ngram").fit("questions.csv"), TextModel)
assert_type(load("people.lookalike"), TabularModel | TimeSeriesModel)
try:
    judged(samples.path("adult.csv"), Path())
except LookalikeError as error:
    assert_type(error.code, str)
with Client("http://127.0.0.1:8000", "token") as client:
    assert_type(client, Client)
'''


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it found out about the package."""
    return tmp_path_factory.mktemp("mypy")


def checked(script: str, folder: Path, cache: Path) -> str:
    """What mypy says of a script, as strictly as it can and without the settings of this project."""
    (folder / "script.py").write_text(script, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--cache-dir", str(cache), "script.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_a_script_of_a_user(tmp_path: Path, cache: Path) -> None:
    """A strictly typed script may use every public name, and each call gives the type that it is documented to give."""
    assert "Success: no issues found in 1 source file\n" == checked(SCRIPT, tmp_path, cache)
    assert [] == [name for name in lookalike.__all__ if not re.search(rf"\b{name}\b", SCRIPT)]


def test_a_mistake_is_seen(tmp_path: Path, cache: Path) -> None:
    """A call that cannot be is refused by the checker, so that types are not merely unknown."""
    said = checked('from lookalike import load\n\nload(7).sample("many")\n', tmp_path, cache)

    assert "[arg-type]" in said
