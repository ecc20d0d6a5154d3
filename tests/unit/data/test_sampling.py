"""Samples of tables that are seen a piece at a time."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.sampling import Keys, Sample, at_random, first_ones, last_ones, whole_groups


def taken(cuts: list[int], most: int, keys: Keys, n_rows: int = 300) -> list[int]:
    """Rows chosen of so many, which are seen in pieces that end at the cuts."""
    table, sample = (
        pl.DataFrame({"row": range(n_rows), "group": [n // 7 for n in range(n_rows)]}),
        Sample(lambda _: most, keys),
    )
    for start, end in zip([0, *cuts], [*cuts, n_rows], strict=True):
        sample.add(table[start:end])
    rows = pl.concat(sample.taken()[0])["row"].to_list()

    assert (n_rows, rows) == (sample.n_rows, sample.numbers().tolist())
    return rows


CUTS = st.lists(st.integers(0, 300), max_size=5).map(sorted)


@given(cuts=CUTS, most=st.integers(1, 400), seed=st.integers(0, 99))
def test_pieces_do_not_matter(cuts: list[int], most: int, seed: int) -> None:
    """The rows chosen are the same however the table is cut, in order, as many as wanted or all."""
    rows = taken(cuts, most, at_random(seed))

    assert rows == sorted(rows) == taken([], most, at_random(seed))
    assert min(max(most, 2), 300) >= len(rows) >= min(most, 300)


def test_the_sample_is_uniform() -> None:
    """Each row is chosen as often as any other: over many seeds a chi-square of shares stays within five deviations."""
    counts = np.zeros(300)
    for seed in range(2_000):
        counts[taken([100], 30, at_random(seed))] += 1
    expected = 2_000 * 0.1
    chi_square = ((counts - expected) ** 2 / (expected * 0.9)).sum()

    assert abs(chi_square - 299) < 5 * np.sqrt(2 * 299)


@given(cuts=CUTS, most=st.integers(2, 300))
def test_first_and_last(cuts: list[int], most: int) -> None:
    """The first rows, and the last."""

    assert list(range(most)) == taken(cuts, most, first_ones)
    assert list(range(300 - most, 300)) == taken(cuts, most, last_ones)


@given(cuts=CUTS, most=st.integers(14, 300), seed=st.integers(0, 99))
def test_groups_are_taken_whole(cuts: list[int], most: int, seed: int) -> None:
    """Groups are chosen whole, no more rows than wanted, and as many groups as go in."""
    rows = taken(cuts, most, whole_groups(["group"], seed))
    groups = {row // 7 for row in rows}

    assert rows == [n for n in range(300) if n // 7 in groups]
    assert most >= len(rows) > min(most, 299) - 7
