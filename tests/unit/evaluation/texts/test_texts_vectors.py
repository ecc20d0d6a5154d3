import numpy as np
from scipy import sparse

from lookalike.data.streams import stream
from lookalike.evaluation.texts.tokens import WORDS, words
from lookalike.evaluation.texts.vectors import counts, directions, unit, weights


def test_rare_words_weigh_more() -> None:
    """A word of all texts has the logarithm of nothing and one; rows have length 1, without known words 0."""
    counted = counts(words(["all of it", "all or none", "all all", "unheard"], WORDS), 1)
    found = weights(counted[:3])
    rows = found.apply(counted).toarray()

    np.testing.assert_allclose([1, 1, 1, 0], np.linalg.norm(rows, axis=1))
    np.testing.assert_allclose(1, found.rarity.min())
    np.testing.assert_allclose(np.log(4 / 2) + 1, found.rarity.max())


def test_runs_must_be_in_enough_texts() -> None:
    """Runs of fewer texts do not count, and of the others the most frequent."""
    counted = counts(words(["aa bb", "aa bb cc", "aa aa"], WORDS), 1)

    assert 2 == len(weights(counted, 2).columns)
    assert 1 == len(weights(counted, 1, most=1).columns)


def test_directions_are_those_of_the_svd() -> None:
    """Rows lie among the main directions as among the exact ones."""
    rng = stream(1, "directions")
    x = rng.normal(size=(80, 5)) @ rng.normal(size=(5, 40)) + 0.01 * rng.normal(size=(80, 40))
    exact = np.linalg.svd(x)[2][:5].T
    found = directions(sparse.csr_matrix(x), 5, rng)

    np.testing.assert_allclose(found @ found.T, exact @ exact.T, atol=1e-6)


def test_nothing_has_no_length() -> None:
    """A row of zeros stays one."""
    assert [[0, 0], [0.6, 0.8]] == unit(np.array([[0.0, 0], [3, 4]])).tolist()
