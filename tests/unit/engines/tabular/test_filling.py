"""Exactly the rows asked for."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.tabular.filling import Mask, Places, fill
from lookalike.errors import ConditionsUnreachable


@given(n_rows=st.integers(1, 60), share=st.floats(0.05, 1.0), seed=st.integers(0, 99))
def test_each_place_has_its_first_candidate_that_may_stay(n_rows: int, share: float, seed: int) -> None:
    """In the order of the places stands, for each, the first of all its candidates that may stay."""
    rng, first = np.random.default_rng(seed), dict[int, int]()
    number = 0

    def draw(places: Places, turn: int) -> tuple[pl.DataFrame, Mask]:
        nonlocal number
        kept = rng.random(len(places)) < share
        numbers = np.arange(number, number + len(places))
        number += len(places)
        for place, candidate, stays in zip(places.tolist(), numbers.tolist(), kept.tolist(), strict=True):
            if stays:
                first.setdefault(place, candidate)
        texts = pl.Series(numbers).cast(pl.String)
        return pl.DataFrame({"place": places, "candidate": numbers, "text": texts}), kept

    rows = fill(n_rows, draw)

    assert list(range(n_rows)) == rows["place"].to_list()
    assert [first[place] for place in range(n_rows)] == rows["candidate"].to_list()
    assert rows["candidate"].cast(pl.String).equals(rows["text"])


def test_a_search_that_finds_nothing_ends() -> None:
    """Where no candidate may stay the search is given up, and the error says how many rows were found."""

    def draw(places: Places, turn: int) -> tuple[pl.DataFrame, Mask]:
        return pl.DataFrame({"place": places}), places < 7

    with pytest.raises(ConditionsUnreachable, match="Of 30 rows only 7"):
        fill(30, draw)
