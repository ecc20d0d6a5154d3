"""Vectors of texts that nothing was fitted for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.text.evolution.hashing import WIDTH, embed


@given(st.lists(st.text(), max_size=5), st.text())
def test_a_vector_depends_on_its_text_alone(others: list[str], text: str) -> None:
    """Whatever texts stand beside it, a text has the same vector, of length 1, or 0 without words."""
    alone, among = embed([text])[0], embed([*others, text])[-1]
    length = float(np.linalg.norm(alone))

    assert alone.tolist() == among.tolist()
    assert (WIDTH,) == alone.shape
    assert length == 0 or abs(length - 1) < 1e-5


def test_like_texts_are_near() -> None:
    """A text is nearer to one on the same thing than to one on another, in whatever case and form of the words."""
    found = embed(["My card has not arrived yet", "When do my CARDS arrive?", "The soup was cold and the waiter rude"])

    assert found[0] @ found[1] > found[0] @ found[2] + 0.1


def test_a_long_text_costs_no_more() -> None:
    """Of a text the first 2,000 words count."""
    words = [f"w{n}" for n in range(3_000)]

    assert embed([" ".join(words[:2_000])]).tolist() == embed([" ".join(words)]).tolist()
