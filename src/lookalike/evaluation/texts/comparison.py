"""Three tables of texts made comparable: white space folded, equally many texts on each side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.errors import MetadataError
from lookalike.evaluation.intervals import PARTS
from lookalike.evaluation.sharing import Found, Once
from lookalike.evaluation.texts.tokens import WORDS, words
from lookalike.evaluation.texts.vectors import Matrix, counts, directions, unit, weights

MIN_TEXTS = 40  # a side; of fewer no classifier learns anything
MAX_TEXTS = 1_500
MAX_CHARACTERS = 400_000  # of a side, on average
MAX_LENGTH = 5_000  # what is beyond counts for the length only
MIN_PART = 5
MAX_LEARNT = 10_000  # texts that the directions are found by
N_DIRECTIONS = 100
LONGEST_RUN, MIN_RUN_TEXTS = 2, 2  # words of a run, and texts that have it, for it to count

TRAIN, HOLDOUT, SYNTHETIC = range(3)


@dataclass(frozen=True, eq=False)
class Texts:
    """
    Some texts, in order.

    Attributes:
        texts: Stripped, with single spaces, none empty.
        labels: Of each text, in any spelling of numbers the same; empty without a label column.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, numbers: NDArray[np.int64]) -> "Texts":
        """The texts of these numbers."""
        chosen = numbers.tolist()
        return Texts(tuple(self.texts[i] for i in chosen), tuple(self.labels[i] for i in chosen) if self.labels else ())

    @cached_property
    def cut(self) -> tuple[str, ...]:
        """The first 5,000 characters of each, in small letters."""
        return tuple(t[:MAX_LENGTH].lower() for t in self.texts)


@dataclass(frozen=True, eq=False)
class Sides:
    """
    Equally many texts: `synthetic` against `reference` is the value, `fresh` against `reference` the floor.

    With a holdout `reference` is of it and `fresh` of train; without, they are of two halves of train.
    """

    reference: Texts
    synthetic: Texts
    fresh: Texts


@dataclass(frozen=True, eq=False)
class Points:
    """The sides as points of the main directions of train's words: rows of length 1, or 0 where no word is known."""

    reference: Matrix
    synthetic: Matrix
    fresh: Matrix


@dataclass(frozen=True, eq=False)
class TextComparison:
    """
    A train, a holdout and a synthetic table of texts.

    Attributes:
        text: The column of texts; rows without one are left out.
        label: The column that says of what kind each is; None: there is none. The synthetic table may lack it.

    Raises:
        MetadataError: if a table lacks a column, or the texts are none.
    """

    train: pl.DataFrame
    holdout: pl.DataFrame | None
    synthetic: pl.DataFrame
    text: str
    label: str | None
    seed: int
    _once: Once = field(default_factory=Once, init=False, repr=False)

    def __post_init__(self) -> None:
        real = [self.text, *([] if self.label is None else [self.label])]
        wanted = (("train", real), ("holdout", real), ("synthetic", [self.text]))
        for (name, columns), table in zip(wanted, self._tables, strict=True):
            missing = [c for c in columns if c not in table.columns]
            if missing:
                raise MetadataError(f"The {name} table lacks column '{missing[0]}'.")
            if table[self.text].dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
                raise MetadataError(f"Column '{self.text}' of the {name} table holds no texts.")

    @cached_property
    def tables(self) -> tuple[Texts, Texts, Texts]:
        """All texts of train, holdout and synthetic."""
        train, holdout, synthetic = (_clean(t, self.text, self.label) for t in self._tables)
        return train, holdout, synthetic

    @property
    def n_held_back(self) -> int:
        """Records held back, those without a text too."""
        return 0 if self.holdout is None else self.holdout.height

    @property
    def has_holdout(self) -> bool:
        """Whether there are enough held-back texts, and texts learnt from, to judge by."""
        return min(len(self.tables[TRAIN]), len(self.tables[HOLDOUT])) >= MIN_TEXTS

    @cached_property
    def sides(self) -> Sides | None:
        """Who is held against whom; None if there are too few texts."""
        train, holdout, synthetic = self.tables
        real = (holdout, train) if self.has_holdout else self._halves(train)
        n = min(len(synthetic), self._most(train), *map(len, real))
        if n < MIN_TEXTS:
            return None
        reference, fresh, made = (self.draw(t, n, i) for i, t in enumerate((*real, synthetic)))
        return Sides(reference, made, fresh)

    @cached_property
    def points(self) -> Points | None:
        """Where the texts of the sides lie; None if there are too few."""
        sides = self.sides
        if sides is None:
            return None
        learnt = self.draw(self.tables[TRAIN], MAX_LEARNT, "space")
        groups = [learnt.cut, sides.reference.cut, sides.synthetic.cut, sides.fresh.cut]
        counted = counts(words([t for g in groups for t in g], WORDS), LONGEST_RUN)
        ends = np.cumsum([len(g) for g in groups])
        x = weights(counted[: ends[0]], MIN_RUN_TEXTS).apply(counted)
        found = unit(x[ends[0] :] @ directions(x[: ends[0]], N_DIRECTIONS, stream(self.seed, "evaluation", "space")))
        return Points(*np.split(found, ends[1:-1] - ends[0]))

    def once(self, find: Callable[["TextComparison"], Found]) -> Found:
        """What `find` makes of this comparison, worked out the first time only."""
        return self._once(lambda: find(self), find)

    def draw(self, texts: Texts, k: int, *names: str | int) -> Texts:
        """At most `k` of these texts, in order; the same for the same names."""
        if len(texts) <= k:
            return texts
        return texts.take(np.sort(stream(self.seed, "evaluation", *names).choice(len(texts), k, replace=False)))

    def parts(self, texts: Texts) -> list[Texts]:
        """The texts dealt at random into ten parts of equal number, a few left over; none if there are too few."""
        size = len(texts) // PARTS
        order = stream(self.seed, "evaluation", "parts").permutation(len(texts))
        numbers = [np.sort(order[i * size : (i + 1) * size]) for i in range(PARTS if size >= MIN_PART else 0)]
        return [texts.take(part) for part in numbers]

    def notes(self) -> tuple[str, ...]:
        """What limits every figure of this comparison, a sentence each."""
        if self.sides is None:
            return (f"There are too few texts to compare: it takes {MIN_TEXTS} of each kind.",)
        counted = f"Figures are from {len(self.sides.synthetic):,} texts a side; compare only figures of as many."
        halved = f"Fewer than {MIN_TEXTS} texts were held back: fresh real texts are one half of the real ones."
        return (counted,) if self.has_holdout else (counted, halved)

    def _halves(self, train: Texts) -> tuple[Texts, Texts]:
        order = stream(self.seed, "evaluation", "halves").permutation(len(train))
        middle = len(order) // 2
        return train.take(np.sort(order[:middle])), train.take(np.sort(order[middle:]))

    def _most(self, train: Texts) -> int:
        """How many texts of the length that is usual."""
        usual = sum(map(len, train.cut)) / max(len(train), 1)
        return min(MAX_TEXTS, int(MAX_CHARACTERS / max(usual, 1)))

    @property
    def _tables(self) -> Sequence[pl.DataFrame]:
        return self.train, self.train.clear() if self.holdout is None else self.holdout, self.synthetic


def _clean(table: pl.DataFrame, text: str, label: str | None) -> Texts:
    labels = label if label is not None and label in table.columns else None
    spelled = pl.col(labels or text).cast(pl.String).fill_null("").str.strip_chars().str.replace(r"^(-?\d+)\.0$", "$1")
    folded = pl.col(text).cast(pl.String).str.strip_chars().str.replace_all(r"\s+", " ")
    rows = table.select(text=folded, label=spelled).filter(pl.col("text").str.len_bytes() > 0)
    return Texts(tuple(rows["text"].to_list()), tuple(rows["label"].to_list()) if labels else ())
