"""Tokens: frequent words whole, seldom ones by class; nothing below the floor comes out."""

import numpy as np
import pytest

from lookalike.engines.text.vocabulary import END, LEAST_WHOLE, Vocabulary, learn
from lookalike.engines.text.words import split

NOUNS = [
    "cat",
    "dog",
    "bird",
    "horse",
    "mouse",
    "sheep",
    "goat",
    "fox",
    "owl",
    "hen",
    "pig",
    "cow",
    "bee",
    "ant",
    "elk",
]


def sentences() -> list[str]:
    common = [f"the {noun} sleeps on the mat, day {i % 7}." for i in range(20) for noun in NOUNS[:3]]
    seldom = [f"the {noun} {verb} now" for noun in NOUNS[3:] for verb in ("eats", "runs")]
    return [*common, *seldom, "the Wojciechowski eats now", "Straße nach \u4eac"]


@pytest.fixture(scope="module")
def learnt() -> Vocabulary:
    return learn(sentences(), 2, 1)[0]


def test_frequent_words_are_whole(learnt: Vocabulary) -> None:
    """Words of many texts are tokens of their own, with the space before them."""
    assert {"the", " cat", " sleeps", " the", " mat", ","} <= set(learnt.whole)
    assert " fox" not in learnt.whole


def test_no_word_below_the_floor_is_kept(learnt: Vocabulary) -> None:
    """No word that only one text has is kept; classes hold words below the limit of whole ones."""
    texts = [set(split(t)) for t in sentences()]
    known = [*learnt.whole, *(word for words in learnt.classes for word in words)]

    assert all(sum(word in t for t in texts) >= 2 for word in known)
    assert all(2 <= n < LEAST_WHOLE for words in learnt.classes for n in words.values())


def test_texts_come_back_but_for_seldom_words() -> None:
    """Texts of whole words decode to themselves; of others the seldom words are replaced by words of their class."""
    texts = sentences()
    words, encoded = learn(texts, 2, 1)
    rng = np.random.Generator(np.random.Philox(1))
    told = [words.decode(part.tolist(), rng) for part in np.split(encoded.ids, encoded.ends[:-1])]

    assert texts[0] == told[0]
    assert "Wojciechowski" not in told[-2]
    assert [len(split(a)) for a in texts[:-1]] == [len(split(b)) for b in told[:-1]]
    assert (encoded.ids != END).all()


def test_no_seldom_word_may_be_shown() -> None:
    """Where no seldom word may be shown they are left out; texts of one word each still make a vocabulary."""
    words, encoded = learn(["a b", "a c", "a d", "a e", "a f"], 2, 1)

    assert () == words.classes
    assert 5 == len(encoded.ids)


def test_a_vocabulary_is_kept_as_json(learnt: Vocabulary) -> None:
    """A vocabulary of a state draws the same words; a class without words is refused."""
    again = Vocabulary.load(*learnt.state())
    ids = list(range(len(learnt)))

    assert learnt.decode(ids, np.random.Generator(np.random.Philox(1))) == again.decode(
        ids, np.random.Generator(np.random.Philox(1))
    )
    with pytest.raises(ValueError):
        Vocabulary.load({"whole": ["a"], "classes": [[[], []]]}, learnt.state()[1])
