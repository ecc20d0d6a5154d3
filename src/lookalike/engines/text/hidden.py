"""Columns that texts are described by and that no output shows: how long each is, and which topic a record has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.engines.text.topics import topics
from lookalike.engines.text.words import n_words

SEVERAL = 200  # levels of an attribute beside which there are topics; more tell texts apart by themselves


@dataclass(frozen=True)
class Hidden:
    """
    Hidden columns.

    Attributes:
        words: Of each column of texts, the one of its lengths: 0 for texts without a word, missing where they are.
        topic: The one that has the topic of a record; None where there are too few texts for topics.
    """

    frame: pl.DataFrame
    words: Mapping[str, str]
    topic: str | None

    @property
    def metadata(self) -> Metadata:
        """Of the frame."""
        kinds = {True: ColumnType.CATEGORICAL, False: ColumnType.INTEGER}
        return Metadata(tuple(Column(n, kinds[n == self.topic], t) for n, t in self.frame.schema.items()))


def hide(texts: pl.DataFrame, about: pl.DataFrame, taken: Collection[str], seed: int) -> Hidden:
    """
    The hidden columns of a table.

    Args:
        texts: Its columns of texts, dtype String. about: Its columns that tell texts apart already.
        taken: Names of all its columns.
    """
    words = {name: free_name(taken, f"{name} (words)") for name in texts.columns}
    lengths = [pl.Series(words[c.name], _lengths(c), pl.Int64) for c in texts.iter_columns()]
    joined = texts.select(pl.concat_str(pl.all(), separator="\n", ignore_nulls=True).fill_null("")).to_series()
    most = max((cells.n_unique() for cells in about.iter_columns()), default=1)
    found = topics(joined.to_list(), most, seed) if most <= SEVERAL else None
    if found is None:
        return Hidden(pl.DataFrame(lengths), words, None)
    topic = pl.Series(free_name(taken, "(topic)"), found).cast(pl.String)
    return Hidden(pl.DataFrame([*lengths, topic]), words, topic.name)


def _lengths(cells: pl.Series) -> list[int | None]:
    return [None if text is None else n_words(text) for text in cells.to_list()]


def free_name(taken: Collection[str], wanted: str) -> str:
    """A name for a column that no other one has."""
    while wanted in taken:
        wanted += "'"
    return wanted
