"""What made-up texts are numbered and told apart by, held against slow and obvious twins."""

from itertools import product
from math import prod

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.checksums import iban_remainder, luhn_sum
from lookalike.transforms.numbering import permute, seal, shared_out
from lookalike.transforms.pattern import Pattern, digest, disjoint, text
from lookalike.transforms.words import digests, table

BASE, WHOLE = 0x9E3779B97F4A7C15, 2**64
SLOTS = ["0", "1", "A", "h", "v", "=-", "=x9", "words:octet"]


def slow_digest(cell: str) -> int:
    total = 0
    for letter in cell:
        total = (total * BASE + ord(letter) + 1) % WHOLE
    return int(seal(np.array([total], np.uint64))[0])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=30))
def test_digests(cells: list[str]) -> None:
    """The digest of a text is the sealed polynomial of its code points."""

    assert [slow_digest(cell) for cell in cells] == digests(pl.Series(cells, dtype=pl.String), 1_000).tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(SLOTS), min_size=1, max_size=8), st.integers(0, 2**62), st.integers(0, 100))
def test_texts_and_their_digests(slots: list[str], salt: int, start: int) -> None:
    """The digest of parts is that of the text they make, and the text is one letter or word a slot."""
    pattern = Pattern(tuple(slots), len(slots))
    numbers = (start + np.arange(50, dtype=np.uint64)) % np.uint64(pattern.room)
    parts = pattern.parts(numbers, salt)
    made = text(parts).to_list()
    possible = [set(table((slot,)).texts) for slot in slots]

    assert [slow_digest(cell) for cell in made] == digest(parts, 50).tolist()
    if all(max(map(len, words)) == min(map(len, words)) for words in possible):
        widths = np.cumsum([0, *(len(next(iter(words))) for words in possible)])
        assert all(c[a:b] in w for c in made for a, b, w in zip(widths, widths[1:], possible, strict=False))


@pytest.mark.parametrize("slots", [("0", "=-", "v"), ("h", "1"), ("=a",), ("v", "v", "v"), ("words:octet", "=.", "0")])
def test_numbers_give_each_text_once(slots: tuple[str, ...]) -> None:
    """All numbers of a pattern give all its texts, each once."""
    pattern = Pattern(slots, 0)
    wanted = {"".join(cells) for cells in product(*(table((slot,)).texts for slot in slots))}
    found = text(pattern.parts(np.arange(pattern.room, dtype=np.uint64), 5)).to_list()

    assert pattern.room == prod(len(table((slot,))) for slot in slots)
    assert sorted(wanted) == sorted(found)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3_000), st.integers(0, 2**62))
def test_permutations(room: int, salt: int) -> None:
    """Each number has its own place."""

    assert list(range(room)) == sorted(permute(np.arange(room, dtype=np.uint64), room, salt).tolist())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 2**62), st.integers(0, 2**40))
def test_shares(weights: list[int], salt: int, turn: int) -> None:
    """Every so many rows each kind has exactly its weight, and the numbers of a kind go on without a gap."""
    total = sum(weights)
    rows = np.uint64(turn * total) + np.arange(3 * total, dtype=np.uint64)
    kinds, numbers = shared_out(rows, np.array(weights, np.int64), salt)

    for kind, weight in enumerate(weights):
        wanted = list(range(turn * weight, (turn + 3) * weight))
        assert wanted == sorted(numbers[kinds == kind].tolist())


PATTERNS = st.lists(st.sampled_from(["0", "1", "A", "h", "v", "=7", "=a", "=-"]), min_size=1, max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(PATTERNS, min_size=2, max_size=5))
def test_disjoint_patterns_have_no_text_in_common(listed: list[list[str]]) -> None:
    """Whatever patterns are kept together, no text is of two of them; the first is always kept."""
    patterns = [Pattern(tuple(slots), 0) for slots in listed]
    kept = disjoint(patterns, {})
    texts = [{"".join(c) for c in product(*(table((s,)).texts for s in p.slots))} for p in kept]

    assert patterns[0] == kept[0]
    assert sum(map(len, texts)) == len(set().union(*texts))


@settings(max_examples=60, deadline=None)
@given(st.integers(10**12, 10**18))
def test_check_sums(number: int) -> None:
    """Luhn's sum and the remainder modulo 97 are what digit by digit and whole numbers give."""
    digits = list(map(int, str(number)))
    doubled = [d if i % 2 == 0 else sum(map(int, str(2 * d))) for i, d in enumerate(reversed(digits))]
    letters = [13, 14, *digits]
    moved = int("".join(map(str, letters[4:] + letters[:4])))

    assert sum(doubled) % 10 == luhn_sum(np.array([digits]))[0]
    assert moved % 97 == iban_remainder(np.array([letters]))[0]
