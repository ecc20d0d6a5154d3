"""`lookalike completion`: what shells are offered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike.cli.main import SUMMARIES, main


def offered(*words: str) -> list[str]:
    """What is offered behind words, the last of which is begun."""
    told = {"_LOOKALIKE_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "lookalike"],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell has its script, which asks this command."""

    assert 0 == main(["completion", shell])
    assert "_LOOKALIKE_COMPLETE=" in capsys.readouterr().out


def test_bash_takes_it() -> None:
    """The script is one that bash can read, and names a function for this command."""
    script = subprocess.run([sys.executable, "-m", "lookalike", "completion", "bash"], capture_output=True, check=True)
    asked = b"\ncomplete -p lookalike\n"
    done = subprocess.run(["bash", "--norc"], input=script.stdout + asked, capture_output=True, check=True)

    assert b"_lookalike_completion lookalike" in done.stdout
    assert b"" == done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lookalike", ""], set(SUMMARIES)),
        (["lookalike", "ge"], {"generate"}),
        (["lookalike", "--v"], {"--version"}),
        (["lookalike", "jobs", "ca"], {"cancel"}),
        (["lookalike", "jobs", "cancel", "--h"], {"--home", "--help"}),
        (["lookalike", "demo", "t"], {"tabular", "time_series", "text"}),
    ],
)
def test_what_is_offered(words: list[str], expected: set[str]) -> None:
    """Commands, options and words to choose from are."""

    assert expected == set(offered(*words))


@pytest.mark.parametrize("more", [[], ["--home", "none"], ["--url", "http://127.0.0.1:9", "--token", "t"]])
def test_no_jobs_to_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    """Without a service, or with one that is away, no job is offered, no word is said and no home is made."""
    monkeypatch.chdir(tmp_path)

    assert [] == offered("lookalike", "jobs", "show", *more, "")
    assert [] == list(tmp_path.iterdir())
