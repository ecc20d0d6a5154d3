from dataclasses import replace

import polars as pl
import pytest

from lookalike.data.streams import stream
from lookalike.evaluation.texts.comparison import TextComparison
from questions import questions


@pytest.fixture
def fair() -> TextComparison:
    """Fresh questions on all sides."""
    return TextComparison(questions(400, 1), questions(300, 2), questions(350, 3), "text", "about", 7)


@pytest.fixture
def copied(fair) -> TextComparison:
    """The same, but for synthetic questions that are those of train."""
    return replace(fair, synthetic=fair.train)


@pytest.fixture
def shuffled(fair) -> TextComparison:
    """The same, but for synthetic questions of train whose words stand in any order, with the label of another."""
    rng = stream(3, "shuffled")
    mixed = [" ".join(rng.permutation(text.split())) for text in fair.train["text"]]
    return replace(fair, synthetic=pl.DataFrame({"text": mixed, "about": fair.train["about"].shuffle(5)}))
