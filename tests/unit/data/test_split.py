"""Train and holdout: all rows once, in order, the same each time."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.split import HOLDOUT_MIN_ROWS, note, note_sequences, note_texts, split, split_sequences, split_texts


@given(n_rows=st.integers(20, 2000), share=st.floats(0, 0.5), seed=st.integers(0, 2**63 - 1))
def test_split_is_a_partition_in_order(n_rows: int, share: float, seed: int) -> None:
    """Each row is in train or in holdout, both keep the order, and the holdout has its share or nothing."""
    frame = pl.DataFrame({"row": range(n_rows)})
    train, holdout = split(frame, share, seed)
    wanted = round(n_rows * share)

    assert list(range(n_rows)) == sorted(train["row"].to_list() + holdout["row"].to_list())
    assert train["row"].is_sorted()
    assert holdout["row"].is_sorted()
    assert (wanted if wanted >= HOLDOUT_MIN_ROWS else 0) == holdout.height


def test_same_seed_same_rows() -> None:
    """The same seed gives the same rows, another seed other rows."""
    frame = pl.DataFrame({"row": range(1000)})
    first, second, other = (split(frame, 0.1, seed)[1] for seed in (7, 7, 8))

    assert first.equals(second)
    assert not first.equals(other)


def test_a_missing_holdout_is_noted() -> None:
    """A table too small for its holdout has a note; one without a wish for a holdout has none."""

    assert "20" in (note(100, 0.1) or "")
    assert note(1000, 0.1) is None
    assert note(100, 0.0) is None


@given(n_keys=st.integers(1, 80), share=st.floats(0, 0.5), seed=st.integers(0, 2**63 - 1))
def test_sequences_are_split_whole(n_keys: int, share: float, seed: int) -> None:
    """Each row is on one side, in order, no sequence is on both, and the note says when none is held back."""
    key = [f"{row % n_keys}" for row in range(4 * n_keys)]
    table = pl.DataFrame({"row": range(4 * n_keys), "who": key})
    train, holdout = split_sequences(table, ("who",), share, seed, order=np.arange(4 * n_keys))
    told = note_sequences(table, ("who",), share)

    assert table.equals(pl.concat([train, holdout]).sort("row"))
    assert train["row"].is_sorted()
    assert holdout["row"].is_sorted()
    assert not set(train["who"]) & set(holdout["who"])
    assert (share > 0 and not holdout.height) == (told is not None)
    assert holdout["who"].n_unique() <= max(n_keys / 5, round(n_keys * share))


def test_the_end_of_one_series_is_held_back() -> None:
    """The rows that are last in time, wherever they stand; none where they would be too few."""
    table = pl.DataFrame({"time": [7 * n % 300 for n in range(300)]})
    order = table["time"].arg_sort().to_numpy()
    train, holdout = split_sequences(table, (), 0.1, 1, order=order)
    few = split_sequences(table.head(100), (), 0.1, 1, order=np.arange(100))[1]

    assert set(range(270, 300)) == set(holdout["time"])
    assert table.filter(pl.col("time") < 270).equals(train)
    assert 0 == few.height
    assert note_sequences(table.head(100), (), 0.1) is not None


@given(
    texts=st.lists(
        st.none() | st.sampled_from(["", " ", "a", "A ", "b", "b  c", "B C", "d", *map(str, range(90))]), max_size=300
    ),
    share=st.floats(0, 0.5),
    seed=st.integers(0, 2**63 - 1),
)
def test_no_text_is_on_both_sides(texts: list[str | None], share: float, seed: int) -> None:
    """All rows once and in order, no more held back than asked for, and texts but for case and spaces on one side."""
    table = pl.DataFrame({"row": range(len(texts)), "text": texts}, schema={"row": pl.Int64, "text": pl.String})
    train, holdout = split_texts(table, "text", share, seed)
    sides = [{" ".join((text or "").lower().split()) for text in side["text"]} - {""} for side in (train, holdout)]

    assert list(range(len(texts))) == sorted(train["row"].to_list() + holdout["row"].to_list())
    assert train["row"].is_sorted()
    assert holdout["row"].is_sorted()
    assert set() == sides[0] & sides[1]
    assert holdout.height == 0 or HOLDOUT_MIN_ROWS <= holdout.height <= round(len(texts) * share)


def test_different_texts_give_the_whole_share() -> None:
    """Where texts differ, and where they are missing, the holdout has the rows asked for, the same ones each time."""
    table = pl.DataFrame({"text": [f"text {n}" if n % 4 else None for n in range(1_000)]})
    first, again, other = (split_texts(table, "text", 0.1, seed)[1] for seed in (7, 7, 8))

    assert 100 == first.height
    assert 10 < first["text"].null_count() < 50
    assert first.equals(again)
    assert not first.equals(other)


def test_a_text_of_many_rows_is_learnt_from() -> None:
    """A text that stands in more rows than are to be held back takes none of their places."""
    table = pl.DataFrame({"text": ["thanks"] * 600 + [f"text {n}" for n in range(400)]})
    holdout = split_texts(table, "text", 0.1, 7)[1]

    assert (100, False) == (holdout.height, "thanks" in holdout["text"])


def test_texts_that_all_repeat_have_no_holdout() -> None:
    """It is told why: too few rows, or too few different texts."""
    train, holdout = split_texts(pl.DataFrame({"text": ["a", "b"] * 500}), "text", 0.1, 7)

    assert (1_000, 0) == (train.height, holdout.height)
    assert "nearly all texts repeat" in (note_texts(1_000, 0, 0.1) or "")
    assert note(100, 0.1) == note_texts(100, 0, 0.1)
    assert note_texts(1_000, 0, 0.0) is note_texts(1_000, 100, 0.1) is None
