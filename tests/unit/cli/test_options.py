"""Parameters as words of a command line."""

import io
from typing import Any

import pytest

from lookalike.cli.options import parameters
from lookalike.errors import UsageError


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["privacy=private"], {"privacy": "private"}),
        (["fit_rows=100"], {"fit_rows": 100}),
        (["evaluate=false", "seed=null"], {"evaluate": False, "seed": None}),
        (['exclude=["a","b"]'], {"exclude": ["a", "b"]}),
        (["csv.null=NA", "csv.delimiter=;"], {"csv": {"null": "NA", "delimiter": ";"}}),
        (["a=x=y"], {"a": "x=y"}),
        (["a="], {"a": ""}),
        (['a="7"'], {"a": "7"}),
        (["a=1", "a=2"], {"a": 2}),
    ],
)
def test_words(words: list[str], expected: dict[str, Any]) -> None:
    """A value is JSON if it reads as that, else text; dots go inward; the last word wins."""

    assert expected == parameters(words)


def test_options_of_their_own_win() -> None:
    """An option of its own wins over a word, and one that was not given does not count."""

    assert {"seed": 7, "a": 1} == parameters(["seed=3", "a=1"], seed=7, b=None)


@pytest.mark.parametrize("words", [["a"], [""], ["=1"], ["a=1", "a.b=2"], ["a.b=1", "a.b.c=2"]])
def test_words_that_mean_nothing(words: list[str]) -> None:
    """A word without value or name, or two that cannot both hold, is refused."""
    with pytest.raises(UsageError, match="--set"):
        parameters(words)


def test_words_win_over_a_file() -> None:
    """Parameters of a file hold unless a word or an option of its own says otherwise, also inside."""
    file = io.StringIO('{"a": 1, "csv": {"null": "NA", "delimiter": ";"}, "seed": 3}')
    found = parameters(["a=2", "csv.null=-"], file, seed=7)

    assert {"a": 2, "csv": {"null": "-", "delimiter": ";"}, "seed": 7} == found


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", "null", "a: 1", "[" * 100_000])
def test_files_that_are_no_object(text: str) -> None:
    """A file of parameters is one JSON object."""
    with pytest.raises(UsageError, match="--params"):
        parameters([], io.StringIO(text))
