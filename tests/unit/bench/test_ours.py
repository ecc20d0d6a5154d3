"""What is measured of Lookalike itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from bench.measuring.ours import draw, fit, memory, sample

ROOT = Path(__file__).parents[3]


def test_every_cost_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fit, memory and rates are positive, and the rows to be judged are as many as train has, twice over."""
    monkeypatch.setattr("bench.measuring.ours.LEAST_ROWS", 70_000)  # two blocks
    sample(tmp_path, tmp_path)
    told = fit(tmp_path, tmp_path) | memory(tmp_path, tmp_path) | draw(tmp_path, tmp_path)
    shape = json.loads((tmp_path / "shape.json").read_text("utf-8"))

    assert {"fit_s", "peak_bytes", "codes_per_s", "decoded_per_s", "written_per_s"} == told.keys()
    assert all(value > 0 for value in told.values())
    assert [(2_000, 15)] * 3 == [
        (shape["n_rows"], shape["n_columns"]),
        *(pl.read_parquet(tmp_path / f"{name}.parquet").shape for name in ("n", "independent")),
    ]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nothing"], 2, "There is no benchmark 'nothing'. Known: "),
        (["tabular", "--fresh"], 2, "--fresh goes with --peers"),
        (["tabular", "--write"], 1, "--write goes with --peers"),
        (["tabular", "--peers", "--write"], 1, "published figures come from LOOKALIKE_DATA and LOOKALIKE_JUDGE"),
    ],
)
def test_wrong_words_are_told(words: list[str], code: int, told: str) -> None:
    """An unknown name, an option without its other, and figures that may not be published are refused at once."""
    environ = {name: value for name, value in os.environ.items() if name not in ("LOOKALIKE_DATA", "LOOKALIKE_JUDGE")}
    command = [sys.executable, "-m", "bench", *words]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert code == done.returncode
    assert told in done.stderr


def test_an_empty_folder_of_tables_is_told(tmp_path: Path) -> None:
    """Without a single table there is nothing to measure, and a sentence says so."""
    environ = {**os.environ, "LOOKALIKE_DATA": str(tmp_path)}
    environ.pop("LOOKALIKE_JUDGE", None)
    command = [sys.executable, "-m", "bench", "tabular"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert (1, "") == (done.returncode, done.stdout)
    assert "bench: LOOKALIKE_DATA has no folder tabular/NAME with a meta.json" == done.stderr.strip()
