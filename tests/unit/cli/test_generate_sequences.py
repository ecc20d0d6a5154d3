"""`lookalike generate --type time_series`, as a person types it."""

import json
from pathlib import Path

import polars as pl
import pytest

from lookalike import samples
from lookalike.cli.main import main
from walks import patients, series

STORMS = samples.path("storms.csv")
TOLD = ["--type", "time_series", "--set", "sequence_key=who", "--set", "sequence_index=at"]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 patients of some hours each."""
    path = tmp_path_factory.mktemp("steps") / "steps.csv"
    patients(120, 1).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
    return path


def test_so_many_rows(steps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exactly so many rows stand in the file, the columns as they were; the number and the seed are told."""
    output = tmp_path / "out.csv"

    assert 0 == main(["generate", str(steps), "-n", "777", "-o", str(output), "--seed", "3", *TOLD])
    rows = pl.read_csv(output)
    assert (777, pl.read_csv(steps).schema) == (rows.height, rows.schema)
    assert "777 rows" in capsys.readouterr().err


def test_so_many_sequences(steps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exactly so many sequences stand in the file, by option as by parameter, and their rows are counted."""
    outputs = [tmp_path / name for name in ("option.parquet", "parameter.parquet")]
    words = [["--sequences", "9"], ["--set", "n_sequences=9"]]
    for output, asked in zip(outputs, words, strict=True):
        assert 0 == main(["generate", str(steps), *asked, "-o", str(output), "--seed", "3", *TOLD])
    rows = pl.read_parquet(outputs[0])

    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert 9 == rows["who"].n_unique()
    assert f"{rows.height} rows" in capsys.readouterr().err


def test_key_and_index_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Storms are recognised as such without a word, and which columns say so is told."""
    output = tmp_path / "out.csv.gz"

    assert 0 == main(["generate", str(STORMS), "-n", "500", "-o", str(output), "--type", "time_series"])
    told = capsys.readouterr().err
    assert all(name in told for name in ("500 rows", "'storm_id'", "'time'"))


def test_a_report_holds_whole_sequences_back(steps: Path, tmp_path: Path) -> None:
    """With --report 20 sequences are not learnt from, if that is no more than a fifth; figures are of sequences."""
    report = tmp_path / "r.json"
    words = ["generate", str(steps), "-n", "900", "-o", str(tmp_path / "o.csv"), "--report", str(report), *TOLD]

    assert 0 == main(words)
    told = json.loads(report.read_bytes())
    assert [100, 20] == told["facts"]["n_units_compared"][:2]
    assert 900 == told["facts"]["n_synthetic"]
    assert "fidelity.c2st_seq" in told["figures"]


def test_a_gate_of_sequences(steps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A gate takes figures of sequences, keeps the rows back with exit code 6, and knows no figures of tables."""
    output = tmp_path / "o.csv"
    words = ["generate", str(steps), "-n", "900", "-o", str(output), *TOLD]

    assert 6 == main([*words, "--set", 'release_gate={"privacy.near_ratio": {"min": 99}}'])
    assert 2 == main([*words, "--set", 'release_gate={"fidelity.c2st": {"max": 1}}'])
    assert "fidelity.c2st is no figure" in capsys.readouterr().err
    assert not output.exists()


def test_one_series(tmp_path: Path) -> None:
    """A table without a key is continued as one series, whatever its length."""
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    series(600, 1).write_parquet(source)

    assert 0 == main(["generate", str(source), "-n", "1500", "-o", str(output), "--type", "time_series"])
    assert (1_500, 1_500) == (pl.read_parquet(output).height, pl.read_parquet(output)["at"].n_unique())


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ([*TOLD], 2, "--rows or --sequences"),
        (["--type", "tabular"], 2, "Give --rows."),
        (["--type", "tabular", "-n", "20", "--sequences", "5"], 2, "no sequences"),
        ([*TOLD, "--sequences", "50", "-n", "20"], 4, "more than 20 rows"),
        ([*TOLD, "-n", "20", "--set", "sequence_key=x"], 3, "'x'"),
        ([*TOLD, "-n", "20", "--set", "layout=broad"], 2, "parameters.layout"),
        ([*TOLD, "-n", "20", "--set", "rebalance={}"], 2, "parameters.rebalance"),
    ],
)
def test_refusals(
    steps: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], args: list[str], code: int, says: str
) -> None:
    """What cannot be done is named, with the exit code of its kind, and leaves no file."""
    assert code == main(["generate", str(steps), "-o", str(tmp_path / "o.csv"), *args])
    assert says in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_evaluate_finds_key_and_index(steps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sequences are judged as such without a word about their columns."""
    assert 0 == main(["evaluate", str(STORMS), str(STORMS), "--type", "time_series"])
    assert "fidelity.length_ks" in capsys.readouterr().out
