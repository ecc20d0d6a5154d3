from collections import Counter

from lookalike.evaluation.texts.tokens import WORDS, WORDS_AND_SIGNS, characters, runs, shingles, words


def test_words_and_signs() -> None:
    """Signs are tokens only where asked for; words of one letter only then too."""
    assert [2, 1] == words(["it is", "a b, cd"], WORDS).lengths.tolist()
    assert ["a", "b", ",", "cd"] == WORDS_AND_SIGNS.findall("a b, cd")


def test_runs_are_counted_as_one_would() -> None:
    """Each run of characters inside a text, of each length, is there as often as slicing finds it; none spans two."""
    texts = ["banana", "ban", "", "n😀n"]
    found = runs(characters(texts), 3)
    for length, (text, run) in enumerate(found, 1):
        sliced = Counter((i, t[k : k + length]) for i, t in enumerate(texts) for k in range(len(t) - length + 1))

        assert sorted(sliced.values()) == sorted(Counter(zip(text.tolist(), run.tolist(), strict=True)).values())
        assert len({s for _, s in sliced}) == len(set(run.tolist()))


def test_shingles_are_runs_of_eight() -> None:
    """Nine tokens have two runs of eight; seven have none."""
    assert 2 == len(shingles("a b c d e f g h ."))
    assert set() == shingles("a b c d e f g")
