from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from lookalike.errors import MetadataError
from lookalike.evaluation.texts import comparison as room
from lookalike.evaluation.texts.comparison import SYNTHETIC, TRAIN, TextComparison
from questions import questions


def test_white_space_is_folded_and_empty_texts_left_out() -> None:
    """Texts are stripped, spaces single, missing and empty ones gone, their labels with them."""
    rows = pl.DataFrame({"text": [" a\n\tb ", None, "  ", "c"], "about": [1.0, 2.0, 3.0, None]})
    train = TextComparison(rows, None, rows, "text", "about", 7).tables[TRAIN]

    assert ("a b", "c") == train.texts
    assert ("1", "") == train.labels


def test_what_is_lacking_is_named(fair) -> None:
    """A table without texts, or a real one without labels, is refused by name; a synthetic one needs none."""
    with pytest.raises(MetadataError, match="The synthetic table lacks column 'text'"):
        replace(fair, synthetic=fair.synthetic.drop("text"))
    with pytest.raises(MetadataError, match="The train table lacks column 'about'"):
        replace(fair, train=fair.train.drop("about"))
    with pytest.raises(MetadataError, match="holds no texts"):
        replace(fair, train=fair.train.with_columns(text=pl.lit(1)))
    assert () == replace(fair, synthetic=fair.synthetic.drop("about")).tables[SYNTHETIC].labels


def test_sides_are_equally_many(fair) -> None:
    """Each side has as many texts as the smallest table."""
    sides = fair.sides

    assert [300, 300, 300] == [len(t) for t in (sides.reference, sides.synthetic, sides.fresh)]
    assert set(sides.fresh.texts) <= set(fair.tables[TRAIN].texts)


def test_without_holdout_train_is_halved(fair) -> None:
    """The two real sides are of different rows of train, and a note says so."""
    alone = replace(fair, holdout=None)

    assert 200 == len(alone.sides.reference)
    assert any("one half of the real ones" in note for note in alone.notes())


def test_few_texts_have_no_sides() -> None:
    """Below 40 texts a side nothing is compared, and a note says so."""
    few = TextComparison(questions(60, 1), questions(60, 2), questions(39, 3), "text", "about", 7)

    assert few.sides is None
    assert few.points is None
    assert "40" in few.notes()[0]


def test_long_texts_are_fewer(monkeypatch, fair) -> None:
    """The texts of a side have so many characters in all."""
    monkeypatch.setattr(room, "MAX_CHARACTERS", 6_000)

    assert 5_000 < sum(map(len, fair.sides.fresh.texts)) < 7_000


def test_points_have_length_one(fair) -> None:
    """Each text is a point of length 1 among at most a hundred directions."""
    points = fair.points

    np.testing.assert_allclose(1, np.linalg.norm(points.synthetic, axis=1))
    assert (300, 100) == points.reference.shape
