"""The command: what it lists, writes, refuses, and how it ends."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import polars as pl
import pytest

from lookalike import plugins, samples
from lookalike.cli.main import ROOM, SUMMARIES, main, root
from lookalike.version import VERSION

ADULT = samples.path("adult.csv")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 400 rows of the packaged sample."""
    path = tmp_path_factory.mktemp("small") / "small.csv"
    path.write_text("".join(ADULT.read_text("utf-8").splitlines(keepends=True)[:401]), "utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.mark.parametrize("name", plugins.names(ROOM))
def test_summaries(name: str) -> None:
    """Each command has a summary, and help shows the one it has itself."""
    command = plugins.part(ROOM, name).command

    assert isinstance(command, click.Command)
    assert SUMMARIES[name] == command.get_short_help_str(limit=200)


def test_no_summary_without_command() -> None:
    """Nothing is listed that is not there."""

    assert set(plugins.names(ROOM)) == set(SUMMARIES)


def test_help_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Help lists every command with its summary and ends well."""

    assert 0 == main(["--help"])
    told = capsys.readouterr().out
    assert all(name in told and summary.partition(",")[0] in told for name, summary in SUMMARIES.items())


def test_help_is_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Help fits 24 lines of 80 columns with the prompt below it, and ends with what each exit code means."""
    main(["--help"])
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) < 24
    assert all(len(line) < 80 for line in lines)
    assert [str(code) for code in range(7)] == sorted(re.findall(r"\b\d\b", " ".join(lines[-2:])))


def _told_apart(command: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below one, with what is typed for it."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        inner = command.get_command(ctx, name)
        assert inner is not None
        yield from _told_apart(inner, *path, name)


def test_json_everywhere() -> None:
    """Every command that tells people something tells programs too; the others print one line, or a script."""
    lacking = {
        path
        for path, command in _told_apart(root)
        if not any("--json" in parameter.opts for parameter in command.params)
    }

    assert {"serve", "worker", "completion"} == lacking


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is told."""

    assert 0 == main(["--version"])
    assert VERSION in capsys.readouterr().out


@pytest.mark.parametrize("args", [["nothing"], ["generate"], ["generate", "x", "-n", "0", "-o", "y"], ["--nothing"]])
def test_wrong_usage(capsys: pytest.CaptureFixture[str], args: list[str]) -> None:
    """A command or option there is not, or one that lacks, is exit code 2 and a word on standard error."""

    assert 2 == main(args)
    told = capsys.readouterr()
    assert told.err
    assert "" == told.out
    assert "Traceback" not in told.err


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "parquet", "arrow", "csv.gz"])
def test_generate_writes_the_rows(small: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exactly the rows asked for stand in the file, in the format of its suffix; standard output stays empty."""
    output = tmp_path / f"out.{suffix}"
    code = main(["generate", str(small), "-n", "150", "-o", str(output), "--seed", "3"])
    readers = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "json": pl.read_json, "parquet": pl.read_parquet}
    rows = readers.get(suffix.partition(".")[0], pl.read_ipc)(output)
    told = capsys.readouterr()

    assert 0 == code
    assert (150, pl.read_csv(small).columns) == (rows.height, rows.columns)
    assert "" == told.out
    assert "150 rows" in told.err
    assert "seed 3" in told.err
    assert [output.name] == names(tmp_path)


def test_generate_twice_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    """The same input and seed write the same bytes, another seed others, over what stood there."""
    output = tmp_path / "out.csv.gz"
    seen = []
    for seed in ("3", "3", "4"):
        assert 0 == main(["generate", str(small), "-n", "50", "-o", str(output), "--seed", seed])
        seen.append(output.read_bytes())

    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


@pytest.mark.parametrize("suffix", ["json", "html"])
def test_generate_reports(small: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With --report a report stands beside the rows, and the verdict is told."""
    report = tmp_path / f"r.{suffix}"
    code = main(["generate", str(small), "-n", "60", "-o", str(tmp_path / "o.csv"), "--report", str(report)])

    assert 0 == code
    assert ["o.csv", report.name] == names(tmp_path)
    if suffix == "json":
        assert json.loads(report.read_bytes())["verdict"]["sentence"] in capsys.readouterr().err


@pytest.mark.parametrize("report", [["--report", "r.json"], []])
def test_a_gate_keeps_rows_back(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], report: list[str]
) -> None:
    """Rows that do not pass are not written, the report is; the exit code is 6 and the figure is named."""
    monkeypatch.chdir(tmp_path)
    gate = 'release_gate={"fidelity.column_shapes": {"max": 0}}'
    code = main(["generate", str(small), "-n", "60", "-o", "o.csv", "--set", gate, *report])

    assert 6 == code
    assert report[1:] == names(tmp_path)
    assert "fidelity.column_shapes is 0." in capsys.readouterr().err


def test_evaluate_tells_what_a_gate_says(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 6 for rows that do not pass, after all figures; 0 for those that do."""
    codes = []
    for limit in ("0.0", "1.0"):
        gate = f'release_gate={{"fidelity.pair_distances": {{"min": {limit}}}}}'
        codes.append(main(["evaluate", str(small), str(small), "--set", gate]))
    told = capsys.readouterr()

    assert [0, 6] == codes
    assert "fidelity.pair_distances" in told.out
    assert "at least 1.000 must be" in told.err


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        (["-o", "o.csv", "--set", 'release_gate={"fidelity.beauty": {}}'], 2, "is no figure"),
        (["-o", "o.xlsx"], 2, "format of 'o.xlsx'"),
        (["-o", "o"], 2, "--format"),
        (["-o", "o.csv", "--report", "r.pdf"], 2, ".pdf"),
        (["-o", "o.csv", "--set", "privcy=1"], 2, "parameters.privcy"),
        (["-o", "o.csv", "--set", "privacy"], 2, "--set"),
        (["-o", "o.csv", "--set", 'exclude=["none"]'], 3, "'none'"),
        (["-o", "none/o.csv"], 2, "cannot be written"),
        (["-o", "o.csv", "--report", "none/r.html"], 2, "cannot be written"),
        (["-o", "."], 2, "cannot be written"),
    ],
)
def test_generate_refuses(
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    args: list[str],
    code: int,
    named: str,
) -> None:
    """What cannot be done is named, with the exit code of its kind, and leaves no file, not even a partial one."""
    monkeypatch.chdir(tmp_path)

    assert code == main(["generate", str(small), "-n", "20", *args])
    told = capsys.readouterr()
    assert named in told.err
    assert "Traceback" not in told.err
    assert [] == names(tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [(None, "no readable file"), ("a,b\n1,2\n", "1 rows"), ("a,b\n1\n", "Line 2"), ("", "")],
)
def test_inputs_that_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, named: str
) -> None:
    """An input that is missing, too small or broken is exit code 3, and no output appears."""
    source = tmp_path / "in.csv"
    if text is not None:
        source.write_text(text)

    assert 3 == main(["generate", str(source), "-n", "20", "-o", str(tmp_path / "o.csv")])
    assert named in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_an_output_that_stood_there_stays(small: Path, tmp_path: Path) -> None:
    """When the work is refused, what stood at the output stays as it was."""
    output = tmp_path / "o.csv"
    output.write_text("old")

    assert 3 == main(["generate", str(small), "-n", "20", "-o", str(output), "--set", 'exclude=["none"]'])
    assert "old" == output.read_text()


def test_evaluate(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures stand on standard output with a line for each, then the verdict; the report is written."""
    report = tmp_path / "r.json"

    assert 0 == main(["evaluate", str(small), str(ADULT), "--report", str(report), "--target", "age"])
    told = capsys.readouterr().out
    figures = json.loads(report.read_bytes())["figures"]
    assert all(name in told for name in figures)
    assert "age" == figures["utility.tstr"]["details"]["target"]
    assert json.loads(report.read_bytes())["verdict"]["sentence"] == told.splitlines()[-1]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["{real}", "none.csv"], 3),
        (["{real}", "{real}", "--report", "r.txt"], 2),
        (["{real}", "other.csv"], 3),
        (["{real}", "{real}", "--report", "none/r.json"], 2),
    ],
)
def test_evaluate_refuses(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], code: int
) -> None:
    """A missing file, a report that cannot be, a table of other columns: each has its exit code and writes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.csv").write_text("x\n1\n")

    assert code == main(["evaluate", *(arg.format(real=small) for arg in args)])
    assert ["other.csv"] == names(tmp_path)


def test_jobs_want_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    """Without saying which service, or with one that is away, a command of jobs tells so."""

    assert 2 == main(["jobs", "list"])
    assert 1 == main(["jobs", "list", "--url", "http://127.0.0.1:9", "--token", "t"])
    assert "does not answer" in capsys.readouterr().err


def test_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A token stands alone on standard output, made in a home that is prepared on the way."""

    assert 0 == main(["token", "--home", str(tmp_path / "home"), "--customer", "acme"])
    told = capsys.readouterr()
    assert ("", 2) == (told.err, told.out.strip().count("."))
    assert (tmp_path / "home" / "keys").stat().st_mode & 0o077 == 0


def test_documents_for_programs(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json one document stands on standard output, and nothing on standard error."""
    output, home = tmp_path / "o.csv", tmp_path / "home"
    words = [
        ["generate", str(small), "-n", "60", "-o", str(output), "--seed", "3", "--report", str(tmp_path / "r.html")],
        ["evaluate", str(small), str(small)],
        ["token", "--home", str(home), "--customer", "acme"],
        ["db", "upgrade", "--home", str(home)],
        ["keys", "rotate", "--home", str(home)],
        ["customers", "erase", "acme", "--home", str(home)],
    ]
    told = []
    for each in words:
        assert 0 == main([*each, "--json"])
        out, err = capsys.readouterr()
        assert "" == err
        told.append(json.loads(out))
    made, judged, token, database, keys, erased = told

    assert (60, 3, str(output)) == (made["rows"], made["seed"], made["output"])
    assert made["verdict"]
    assert "fidelity.c2st" in judged["figures"]
    assert ("acme", 3_600, 2) == (token["customer"], token["expires_s"], token["token"].count("."))
    assert database["after"]
    assert [{"webhooks": 0}, {"customer": "acme", "jobs": 0, "webhooks": 0}] == [keys, erased]


def test_parameters_of_a_file(small: Path, tmp_path: Path) -> None:
    """`--params` takes a job's parameters as they are, conditions among them; `--set` wins over the file."""
    file, output = tmp_path / "p.json", tmp_path / "out.csv"
    file.write_text(json.dumps({"seed": 3, "exclude": ["fnlwgt"], "conditions": [{"sex": "Female"}, {"sex": "Male"}]}))
    words = ["generate", str(small), "-n", "40", "-o", str(output), "--params", str(file)]

    assert 0 == main(words)
    assert ["Female"] * 20 + ["Male"] * 20 == pl.read_csv(output)["sex"].to_list()
    assert "fnlwgt" not in pl.read_csv(output).columns
    assert 0 == main([*words, "--set", 'conditions={"sex": "Female", "age": 30}'])
    assert [("Female", 30)] == pl.read_csv(output).select("sex", "age").unique().rows()


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ('conditions={"bucket": "b", "path": "c.csv"}', "only the service reads"),
        ("model_from_job=0f8fad5b-d9cb-469f-a165-70867728950e", "only the service knows"),
        ("model_from_job=7", "parameters.model_from_job"),
        ("conditions=c.csv", "parameters.conditions"),
    ],
)
def test_what_only_the_service_has(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str, told: str
) -> None:
    """Buckets and jobs mean nothing to `generate`: it says so with exit code 2 and writes nothing."""
    output = tmp_path / "out.csv"

    assert 2 == main(["generate", str(small), "-n", "40", "-o", str(output), "--set", word])
    assert told in capsys.readouterr().err
    assert [] == names(tmp_path)


@pytest.mark.parametrize("content", [b"[1]", b"{", b"", b"\xff\xfe", None])
def test_a_file_of_parameters_that_is_none(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    """A file that is not there, or holds no JSON object, is a usage error in words."""
    file = tmp_path / "p.json"
    if content is not None:
        file.write_bytes(content)
    output = tmp_path / "out.csv"

    assert 2 == main(["generate", str(small), "-n", "40", "-o", str(output), "--params", str(file)])
    assert "params" in capsys.readouterr().err
    assert not output.exists()
