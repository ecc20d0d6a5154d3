"""What differs from one kind of data to the next: how to learn, what is held back, who judges."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters, TextParameters, TimeSeriesParameters
from lookalike.errors import UsageError
from lookalike.evaluation.comparison import Breaches
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.library import TabularModel

Chosen = TabularParameters | TextParameters | TimeSeriesParameters


@dataclass(frozen=True)
class Learnt:
    """
    What was learnt from the rows that were not held back.

    Attributes:
        metadata, notes: See `engines.Model`; of what was held back, a note before them.
        blocks: The new rows as typed frames: so many, or None for as many as the parameters ask for.
        judge: The report on some of them.
        most_judged: Rows that a report looks at.
        breaches: See `ReportSettings`.
    """

    metadata: Metadata
    notes: tuple[str, ...]
    blocks: Callable[[int | None], Iterator[pl.DataFrame]]
    judge: Callable[[pl.DataFrame, ReportSettings], Report]
    most_judged: int
    breaches: Breaches | None = None


class Learner(Protocol):
    """Parameters that were looked at, before anything is read."""

    @property
    def seed(self) -> int:
        """The one given, or the one drawn."""

    def learn(self, table: pl.DataFrame, metadata: Metadata, share: float) -> Learnt:
        """What was learnt from a table, of which a share is held back."""


@dataclass(frozen=True)
class Kind:
    """
    A kind of data.

    Attributes:
        parameters: What it may be told.
        learner: Made of parameters. Raises ValidationError for what only the service has.
    """

    parameters: type[Chosen]
    learner: Callable[[Mapping[str, Any]], Learner]


def rows_of(model: TabularModel, n_rows: int | None) -> Iterator[pl.DataFrame]:
    """
    New rows of a model, as typed frames.

    Raises:
        UsageError: nothing says how many.
    """
    if n_rows is None:
        raise UsageError("Nothing says how many rows to write.", hint="Give --rows.")
    return model.typed_blocks(n_rows)
