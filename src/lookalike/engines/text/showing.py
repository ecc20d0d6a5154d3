"""Which real records a language model is shown: some like the one it is to write, others for each request."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.prompting import Record
from lookalike.engines.text.writing import Asked, Given

SHOWN = 6  # more did not help a small model, and are paid for in tokens
POOL_LEAST, POOL_MOST = 24, 4_096  # records that are alike, from which those to show are drawn
NEARNESS = 4.0  # how much rather a record of the wished length is shown: exp(-4 |log ratio|)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Gallery:
    """Real records, masked, found by what they are about."""

    given: Given
    about: Rows
    pools: dict[tuple[int, ...], Rows] = field(default_factory=dict, repr=False)

    def like(self, about: Rows, words: int, rng: np.random.Generator) -> list[Record]:
        """
        Records for a prompt, at most six, with different texts: such as share all attributes first.

        Args:
            about: As `codes` has it. words: The wished length.
        """
        pool = self._pool(tuple(about.tolist()))
        off = np.abs(np.log((self.given.about.words[pool] + 1) / (words + 1)))
        weights = np.exp(-NEARNESS * (off - off.min()))
        # the largest of these keys are a sample without replacement: Efraimidis and Spirakis, 2006
        keys = np.log(rng.random(len(pool))) / weights
        records = described(self.given.about, self._names, pool[np.argsort(-keys)][: 2 * SHOWN])
        texts = {self.given.texts[row]: record for row, record in records}
        return [Record(r.about, r.words, text) for text, r in texts.items()][:SHOWN]

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(a.name for a in self.given.attributes.columns)

    def _pool(self, about: tuple[int, ...]) -> Rows:
        if about not in self.pools:
            alike = (self.about == np.array(about, np.int64)).sum(axis=1)
            order = np.argsort(-alike, kind="stable")
            n = int((alike == alike[order[0]]).sum())
            self.pools[about] = order[: min(max(n, POOL_LEAST), POOL_MOST)]
        return self.pools[about]


def gallery(given: Given) -> Gallery:
    """All records that were given."""
    return Gallery(given, codes(given.attributes, given.about))


def codes(attributes: Attributes, asked: Asked) -> Rows:
    """What each row is about, ``(n, attributes)``; without attributes all are about the same."""
    if not attributes.columns:  # a frame without columns has no rows either
        return np.zeros((len(asked.words), 1), np.int64)
    return attributes.kinds(asked.frame)


def described(asked: Asked, names: Sequence[str], rows: Rows) -> list[tuple[int, Record]]:
    """What is told of some rows, without texts; a missing cell is not told."""
    some = asked.frame.select(names)[rows] if names else pl.DataFrame()
    columns = [_values(cells) for cells in some.iter_columns()]
    told = []
    for place, row in enumerate(rows.tolist()):
        values = [(name, column[place]) for name, column in zip(names, columns, strict=True)]
        about = tuple((name, _told(value)) for name, value in values if value is not None)
        told.append((row, Record(about, int(asked.words[row]))))
    return told


def _values(cells: pl.Series) -> list[object]:
    """Cells as one would write them: numbers as such, moments and levels as text."""
    return (cells if cells.dtype.is_float() or cells.dtype.is_integer() else cells.cast(pl.String)).to_list()


def _told(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
