"""`lookalike generate --type text`, as a person types it: what is refused before anything is learnt."""

from pathlib import Path

import pytest

from lookalike.cli.main import main
from questions import questions


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 questions with what they are about."""
    path = tmp_path_factory.mktemp("texts") / "q.csv"
    questions(80, 1).write_csv(path)
    return path


@pytest.mark.parametrize("data_type", ["tabular", "time_series"])
@pytest.mark.parametrize("names", [("q.csv", "o.txt"), ("q.txt", "o.csv"), ("q.txt.gz", "o.TXT")])
def test_lines_are_for_texts(
    data_type: str, names: tuple[str, str], source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files of lines are a usage error where a table is meant, before they are opened; the hint names the type."""
    paths = [str(source if name == "q.csv" else tmp_path / name) for name in names]

    assert 2 == main(["generate", paths[0], "-n", "5", "-o", paths[1], "--type", data_type])
    told = capsys.readouterr().err
    assert "a text a line, and no table" in told
    assert "--type text" in told


def test_tables_do_not_fit_into_lines(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table with columns beside the texts cannot become lines."""

    assert 3 == main(["generate", str(source), "-n", "5", "-o", str(tmp_path / "o.txt"), "--type", "text"])
    assert "has 2 columns, and a line has room for one" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_line_ends_do_not_fit_into_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Texts of several lines cannot either."""
    path = tmp_path / "in.csv"
    path.write_text("t\n" + "".join(f'"What is {n} about,\nand why is it so?"\n' for n in range(40)))

    assert 3 == main(["generate", str(path), "-n", "5", "-o", str(tmp_path / "o.txt"), "--type", "text"])
    assert "'t' has 40 texts with a line end inside" in capsys.readouterr().err


def test_texts_have_no_sequences(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor has a table."""
    words = ["generate", str(source), "--sequences", "5", "-o", str(tmp_path / "o.csv")]

    assert (2, 2) == (main([*words, "--type", "text"]), main(words))
    told = capsys.readouterr().err
    assert "Texts have no sequences" in told
    assert "A table has no sequences" in told


def test_numbers_are_no_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of numbers are refused unless they are told to be texts."""
    path = tmp_path / "in.txt"
    path.write_text("12\n7\n" * 20)

    assert 3 == main(["generate", str(path), "-n", "5", "-o", str(tmp_path / "o.txt"), "--type", "text"])
    told = capsys.readouterr().err
    assert "No column holds texts" in told
    assert "text_columns" in told


def test_tables_in_files_named_txt(tmp_path: Path) -> None:
    """A table may stand in a file .txt, to be read and to be written, if its format is named."""
    path, output = tmp_path / "in.txt", tmp_path / "out.txt"
    path.write_text("a,b\n" + "".join(f"{n % 7},{'xyz'[n % 3]}\n" for n in range(60)))

    assert 0 == main(["generate", str(path), "-n", "5", "-o", str(output), "--format", "csv"])
    assert ["a,b", 6] == [output.read_text().splitlines()[0], len(output.read_text().splitlines())]
