"""Words that are too seldom to be told by themselves, put in classes of like neighbours and like spelling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lookalike.data.streams import stream
from lookalike.engines.text.topics import centres, nearest
from lookalike.evaluation.texts.vectors import Matrix, directions, unit

N_CLASSES = 96
WORDS_A_CLASS = 8
N_NEIGHBOURS, N_DIRECTIONS = 400, 24  # frequent words beside which a word stands
SHAPE_WEIGHT = 0.7  # of spelling, where neighbours weigh 1

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Found:
    """The class of each word, and how many there are."""

    of: dict[str, int]
    n: int


def classes(records: Sequence[Sequence[str]], frequent: Sequence[str], seldom: Mapping[str, bool], seed: int) -> Found:
    """
    Classes of words.

    Args:
        records: The words of each text.
        frequent: Words by whose neighbourhood others are told apart, the most frequent first.
        seldom: The words to be put in classes, and whether each may be shown: each class has one that may.
    """
    words = list(seldom)
    shown = np.array([seldom[w] for w in words], bool)
    n = min(N_CLASSES, int(shown.sum()) // WORDS_A_CLASS)
    if n < 2:
        return Found(dict.fromkeys(words, 0), 1 if shown.any() else 0)
    points = _points(records, frequent[:N_NEIGHBOURS], words, seed)
    middle = centres(points[shown], n, stream(seed, "classes"))
    near = nearest(points[shown], middle)
    kept = np.flatnonzero(np.bincount(near, minlength=n))
    return Found(dict(zip(words, nearest(points, middle[kept]).tolist(), strict=True)), len(kept))


def _points(records: Sequence[Sequence[str]], frequent: Sequence[str], words: Sequence[str], seed: int) -> Matrix:
    x = _beside(records, {w: i for i, w in enumerate(frequent)}, {w: i for i, w in enumerate(words)})
    by_neighbours = unit(x @ directions(x, N_DIRECTIONS, stream(seed, "neighbours")))
    return unit(np.concatenate([by_neighbours, SHAPE_WEIGHT * _spelling(words)], axis=1))


def _beside(
    records: Sequence[Sequence[str]], frequent: Mapping[str, int], words: Mapping[str, int]
) -> sparse.csr_matrix:
    """How often each word stands behind and before each frequent one, logarithms, ``(words, 2 frequent + 2)``."""
    rows, columns, size = [], [], len(frequent) + 1
    for record in records:
        for at, word in enumerate(record):
            if word in words:
                before = frequent.get(record[at - 1], size - 1) if at else size - 1
                behind = frequent.get(record[at + 1], size - 1) if at + 1 < len(record) else size - 1
                rows += [words[word]] * 2
                columns += [before, size + behind]
    counted = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(words), 2 * size))
    counted.sum_duplicates()
    counted.data = np.log1p(counted.data)
    return counted


def _spelling(words: Sequence[str]) -> Matrix:
    """Capitals, length and last letters as a point of length 1."""
    marks: dict[str, int] = {}
    rows, columns = [], []
    for row, word in enumerate(words):
        for mark in _marks(word):
            rows.append(row)
            columns.append(marks.setdefault(mark, len(marks)))
    told = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(words), max(len(marks), 1)))
    return unit(told @ directions(told, N_DIRECTIONS, np.random.Generator(np.random.Philox(len(words)))))


def _marks(word: str) -> list[str]:
    bare = word.strip()
    case = "A" if bare.isupper() and len(bare) > 1 else "Aa" if bare[:1].isupper() else "a"
    kind = "w" if bare.isalpha() else "s"
    return [
        f"case {case}",
        f"kind {kind}",
        f"space {word != bare}",
        f"end {bare[-2:].lower()}",
        f"end {bare[-3:].lower()}",
    ]
