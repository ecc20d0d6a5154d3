"""No text shows whole texts, spans or words of too few records; what many share may be shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.text.guarding import COMMON, SPAN, Guard, guard
from lookalike.engines.text.words import folded

LONG = "one two three four five six seven eight nine"
TEXTS = ["The cat sat on the mat", LONG, LONG + " ten", "Hello there", *["Thank you"] * COMMON]
TEXTS += ["cat sat mat the on one two three four five six seven eight nine ten hello there thank you"]


def naive(texts: list[str], told: str, floor: int) -> bool:
    """Whether a text shows what it may not, by looking at all others."""
    own = folded(told)

    def n_with(span: tuple[str, ...]) -> int:
        return sum(any(r[i : i + len(span)] == span for i in range(len(r))) for r in map(folded, texts))

    whole = sum(folded(t) == own for t in texts)
    spans = [own[i : i + SPAN] for i in range(len(own) - SPAN + 1)]
    return bool(
        (own and 0 < whole < COMMON)
        or any(0 < n_with((word,)) < floor for word in own)
        or any(0 < n_with(span) < floor + 1 for span in spans)
    )


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("the CAT sat, on the mat!", True),  # a copy but for case and signs
        ("The cat sat on the hat", False),
        ("Thank you", False),  # nobody's
        ("and one two three four five six seven eight", False),  # a span of three records
        ("zero two three four five six seven eight nine ten", True),  # of two
        ("", False),
    ],
)
def test_what_is_shown(text: str, shows: bool) -> None:
    """Copies and spans of few records are found; what many records have is not."""
    assert shows == guard(TEXTS, 2).shows(text)


def test_a_rare_word_is_shown_by_nobody() -> None:
    """A word of one record is found with a floor of two."""
    assert guard([*TEXTS, "Wojciechowski called"], 2).shows("call Wojciechowski")
    assert not guard([*TEXTS, "Wojciechowski called", "Ask Wojciechowski"], 2).shows("call Wojciechowski")


@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=12).map(" ".join), min_size=1, max_size=12),
    st.lists(st.sampled_from("abcd"), max_size=12).map(" ".join),
    st.integers(1, 4),
)
def test_digests_find_what_looking_at_all_finds(texts: list[str], told: str, floor: int) -> None:
    """The guard agrees with its naive twin."""
    assert naive(texts, told, floor) == guard(texts, floor).shows(told)


def test_a_guard_is_kept_as_arrays() -> None:
    """A guard made of its arrays finds the same; arrays of other numbers are refused."""
    first = guard(TEXTS, 2)
    again = Guard.load(first.arrays())

    assert [first.shows(t) for t in TEXTS] == [again.shows(t) for t in TEXTS]
    with pytest.raises(ValueError):
        Guard.load({**first.arrays(), "texts": np.zeros(3)})
