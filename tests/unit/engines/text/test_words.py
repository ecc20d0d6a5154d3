"""Texts as words and signs: nothing is lost, and a word is what a reader would call one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.text.words import folded, n_words, split


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    """The words joined are the text, whatever its script."""
    assert text == "".join(split(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't go.", ["Don't", " go", "."]),
        ("on 25 May", ["on", " 2", "5", " May"]),
        ("今日は!", ["今", "日", "は", "!"]),
        ("नमस्ते दुनिया", ["नमस्ते", " दुनिया"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", " עולם"]),
        ("a\nb  c", ["a", "\n", "b", " ", " c"]),
        ("so... 😀😀", ["so", "...", " 😀", "😀"]),
        ("👩‍👩‍👧🏽🙏🏽!🇩🇪🇫🇷", ["👩‍👩‍👧🏽", "🙏🏽", "!", "🇩🇪", "🇫🇷"]),
        ("to \ue000!", ["to", " \ue000", "!"]),
    ],
)
def test_words_of_many_scripts(text: str, words: list[str]) -> None:
    """Words hold their marks and apostrophes; digits, masks and characters of scripts without spaces stand alone."""
    assert words == split(text)


def test_length_counts_no_white_space() -> None:
    """The length of a text is its words, digits and signs."""
    assert 5 == n_words("one two\n\n3 !\n\ue000 ")


def test_what_copies_share() -> None:
    """Case, signs and masks do not count when texts are compared."""
    assert folded("Is it FREE?") == folded("is it -- free \ue000")


@pytest.mark.parametrize("hostile", ["a", "1", "@", "-", "'", " ", "\n", "é", "a'", "\u0301"])
def test_a_million_of_one_sign_are_split_at_once(hostile: str) -> None:
    """No text makes the splitting slow: it is done within the test's time."""
    assert 1_000_000 == len("".join(split(hostile * (1_000_000 // len(hostile)))))
