"""Texts as words and as characters, and as the runs of both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORDS = re.compile(r"\b\w\w+\b")  # of two letters and more
WORDS_AND_SIGNS = re.compile(r"\w+|[^\w\s]")
SHINGLE = 8  # tokens: shorter runs are turns of phrase

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tokens:
    """
    The tokens of several texts in a row.

    Attributes:
        ids: Shape ``(tokens,)``; equal tokens have equal numbers from 0.
        lengths: Tokens of each text.
    """

    ids: Numbers
    lengths: Numbers


def words(texts: Sequence[str], pattern: re.Pattern[str]) -> Tokens:
    """The words of each text, as the pattern finds them, numbered as they appear."""
    known: dict[str, int] = {}
    found = [[known.setdefault(w, len(known)) for w in pattern.findall(t)] for t in texts]
    lengths = np.array([len(f) for f in found], dtype=np.int64)
    return Tokens(np.array([i for f in found for i in f], dtype=np.int64), lengths)


def characters(texts: Sequence[str]) -> Tokens:
    """The characters of each text."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    _, ids = np.unique(points, return_inverse=True)
    return Tokens(ids.astype(np.int64), np.array([len(t) for t in texts], dtype=np.int64))


def runs(tokens: Tokens, longest: int) -> list[tuple[Numbers, Numbers]]:
    """
    All runs of 1 to `longest` tokens inside a text: for each length the text and the run of each place.

    Returns:
        Equal runs of a length have equal numbers from 0; nothing is hashed, so that no two runs share one.
    """
    text = np.repeat(np.arange(len(tokens.lengths)), tokens.lengths)
    ends = np.cumsum(tokens.lengths)
    room = np.repeat(ends, tokens.lengths) - np.arange(len(tokens.ids))
    n_ids = int(tokens.ids.max(initial=-1)) + 1
    run, places, found = tokens.ids, np.arange(len(tokens.ids)), []
    for length in range(1, longest + 1):
        if length > 1:
            fits = room[places] >= length
            places = places[fits]
            _, run = np.unique(run[fits] * n_ids + tokens.ids[places + length - 1], return_inverse=True)
        found.append((text[places], run.astype(np.int64)))
    return found


def shingles(text: str) -> set[tuple[str, ...]]:
    """All runs of eight tokens of a text in small letters, signs being tokens too."""
    tokens = WORDS_AND_SIGNS.findall(text)
    return {tuple(tokens[i : i + SHINGLE]) for i in range(len(tokens) - SHINGLE + 1)}
