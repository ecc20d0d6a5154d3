"""Masked texts in plain words, and prompts."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.engines.text import attributes
from lookalike.engines.text.kinds import KINDS, ORDINALS, character
from lookalike.engines.text.trained import plain

MASKS = [character(kind, n) for kind in KINDS for n in range(ORDINALS)]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"], exclude_characters="\ufffd"))
        | st.sampled_from(MASKS)
    ).map("".join)
)
def test_masks_come_back(text: str) -> None:
    """What is shown and read again is the text, unless it has a broken mask of its own."""
    back = plain.masked(plain.shown(text))

    assert back in (text, "")
    if "[" not in text:
        assert text == back


def test_masks_are_shown_as_words() -> None:
    """Kind and number, from 1."""
    assert "write to [EMAIL_1] or [EMAIL_8]" == plain.shown("write to \ue000 or \ue007")


def test_a_broken_mask_makes_no_text() -> None:
    """A text with half a mask is not shown, as nothing could stand in its place."""
    assert ["", "", "[a]"] == [plain.masked(text) for text in ("to [EMAIL_9]", "to [PHONE_", "[a]")]


def test_a_prompt_tells_levels_and_parts_but_no_number_of_a_record() -> None:
    """Missing cells and rare levels have no line; line breaks of a level are none of the prompt's."""
    frame = pl.DataFrame({"a": ["x\ny"] * 9 + ["z"] * 9 + ["rare", None], "b": [1000.5 + i for i in range(20)]})
    known = Metadata((Column("a", ColumnType.CATEGORICAL, pl.String()), Column("b", ColumnType.DECIMAL, pl.Float64())))
    found = plain.prompts(attributes.learn(frame, known, ["a", "b"]), frame, np.arange(1, 21))

    assert "a: x y\nb: 1 of 8\nwords: 1\ntext:" == found[0]
    assert "b: 8 of 8\nwords: 20\ntext:" == found[19]
    assert not any("100" in prompt for prompt in found)
