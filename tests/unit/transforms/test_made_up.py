"""Made-up texts look like the train texts and are none of them."""

import re

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.transforms.categorical import count
from lookalike.transforms.made_up import MadeUp, fit_made_up


def made_up(values: list[str]) -> MadeUp:
    return fit_made_up(count(pl.Series(values)), unique=len(set(values)) == len(values))[0]


def draw(transform: MadeUp, n: int, first_row: int = 0, seed: int = 1) -> list[str]:
    zeros = np.zeros(n, np.int32)
    rows = first_row + np.arange(n, dtype=np.uint64)
    return transform.decode(zeros, zeros.astype(np.float32), seed=seed, rows=rows).to_list()


def test_identifiers_keep_their_format() -> None:
    """Digits stay digits, shared letters and punctuation stay what they are."""
    out = draw(made_up([f"KD-{i * 7919 % 1_000_000:06d}/x" for i in range(300)]), 500)

    assert all(re.fullmatch(r"KD-\d{6}/x", text) for text in out)


def test_identifiers_are_new_and_never_meet() -> None:
    """No text is a train text, and no two are the same, over blocks too."""
    train = [f"{i:04d}" for i in range(150)]
    transform = made_up(train)

    out = draw(transform, 500) + draw(transform, 500, first_row=500)

    assert len(set(out)) == 1_000
    assert set() == set(out) & set(train)


def test_full_formats_are_made_longer() -> None:
    """When train uses up a format, texts get longer rather than being train's."""
    train = list("abcdefghijklmnopqrstuvwxyz")

    assert set() == set(draw(made_up(train), 200)) & set(train)


def test_seeds_differ() -> None:
    """Another seed gives other texts, the same seed the same."""
    transform = made_up([f"u{i:09d}" for i in range(50)])

    assert draw(transform, 20) == draw(transform, 20)
    assert draw(transform, 20) != draw(transform, 20, seed=2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=30, unique=True))
def test_any_texts(values: list[str]) -> None:
    """Of any texts, none comes out, whatever their script."""
    assert set() == set(draw(made_up(values), 50)) & set(values)
