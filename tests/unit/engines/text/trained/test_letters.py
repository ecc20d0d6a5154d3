"""Tokens that know of no text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.streams import stream
from lookalike.engines.text.kinds import KINDS, ORDINALS, character
from lookalike.engines.text.trained.letters import N_TOKENS, Letters
from lookalike.engines.text.words import n_words

LETTERS = Letters()
MASKS = [character(kind, n) for kind in KINDS for n in range(ORDINALS)]
TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"], include_characters="\n\r\t")) | st.sampled_from(MASKS)
).map("".join)


@given(st.lists(TEXTS, min_size=1))
def test_texts_come_back(texts: list[str]) -> None:
    """Of any script, with masks, empty ones too."""
    encoded = LETTERS.encode(texts)
    parts = np.split(encoded.ids, encoded.ends[:-1])

    assert texts == [LETTERS.decode(part.tolist(), stream(0)) for part in parts]


@given(st.lists(st.integers(0, N_TOKENS - 1)))
def test_any_tokens_make_a_text(tokens: list[int]) -> None:
    """Bytes that are no character are left out, control characters too."""
    text = LETTERS.decode(tokens, stream(0))

    assert text == text.encode().decode()
    assert not any(c < " " and not c.isspace() for c in text)


def test_words_are_counted_as_the_engine_counts_them() -> None:
    """Words, digits, signs, masks and Chinese characters; nearly so in other cases."""
    for text in ("Where is my card?", "pay 12.50 to \ue000, now", "你好吗", "été déjà", "привет, мир"):
        ids = LETTERS.encode([text]).ids
        begun = LETTERS.begins(np.concatenate([[0], ids[:-1]]), ids)

        assert n_words(text) == begun.sum()
