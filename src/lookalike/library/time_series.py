"""Sequences, or one long series: fit them, sample new ones."""

from collections.abc import Iterator
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind, from_polars
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import Roles, find_roles, typed_roles, with_roles
from lookalike.data.spelling import as_stored
from lookalike.engines import time_series as engine
from lookalike.errors import ConditionsUnreachable, UsageError
from lookalike.library.asking import refuse_uncountable, wished
from lookalike.library.fitting import carried_out, chosen, seed_or_new
from lookalike.tables import given, typed


class TimeSeriesSynthesizer:
    """
    How to learn sequences.

    Args:
        seed: ``0 … 2**63-1``; drawn when left out, `self.seed` shows it.
        parameters: Keys of the API's `parameters`, e.g. ``sequence_key="patient", sequence_index="day"``; what is left
            out is found in the rows, and the model's `notes` say what and why. Those that say what a job does with its
            output are accepted and have nothing to do here.

    Raises:
        ValidationError: a key that is unknown or out of range, and what is allowed; what only the service has: a table
            of conditions in a bucket, another job's model.
    """

    def __init__(self, *, seed: int | None = None, **parameters: Any) -> None:
        self.seed = seed_or_new(seed)
        self.parameters = chosen(TimeSeriesParameters, {**parameters, "seed": self.seed})

    def fit(self, data: Any) -> "TimeSeriesModel":
        """
        What was learnt from a table whose rows are steps of sequences, or with ``layout="wide"`` whole ones.

        Args:
            data: polars or pandas frame, Arrow table, or a path (csv, json, jsonl, parquet, arrow; also with ``.gz``
                or ``.zst`` behind).

        Raises:
            InputRefused: too few rows, no sequences, nested columns.
            InputInvalid: a file that cannot be read; columns told to be keys or an index that cannot be. Messages name
                columns, sequences and rows by number.
            ConstraintBroken: rows break a constraint; says which and how many.
        """
        table, metadata, kind = typed(given(data, self.parameters), self.parameters)
        refuse_broken(table, metadata, self.parameters.constraints)
        return self.fit_typed(table, metadata, self.roles(table, metadata), kind)

    def roles(self, table: pl.DataFrame, metadata: Metadata) -> Roles | None:
        """What the columns are for, as told or found; None where a row is a whole sequence."""
        return None if self.parameters.layout == "wide" else find_roles(table, metadata, self.parameters)

    def fit_typed(
        self, table: pl.DataFrame, metadata: Metadata, roles: Roles | None, kind: Kind | None = None
    ) -> "TimeSeriesModel":
        """What was learnt from a polars frame that keeps all constraints and whose columns' meaning is known."""
        parameters, why = self.parameters, tuple[str, ...]()
        if roles is not None:
            metadata = typed_roles(metadata, roles, table, parameters.columns)
            parameters, why = with_roles(parameters, roles), roles.why
        plan = engine.Synthesizer(parameters).prepare(table, metadata, seed=self.seed)
        return TimeSeriesModel(carried_out(plan), kind or Kind(), why)


class TimeSeriesModel:
    """
    What was learnt from sequences. Made by `TimeSeriesSynthesizer.fit` and `load`, not by hand.

    It holds levels and steps of real sequences: guard its file as you guard the table.
    """

    def __init__(self, model: engine.Model, kind: Kind, why: tuple[str, ...] = ()) -> None:
        self._model = model
        self._kind = kind
        self._why = why

    @property
    def metadata(self) -> Metadata:
        """Columns of the rows it samples."""
        return self._model.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        """Which columns were found to be key, index and context, and why; then what was changed while learning."""
        return (*self._why, *self._model.notes)

    def sample(
        self, n_rows: int | None = None, *, n_sequences: int | None = None, seed: int | None = None, **asking: Any
    ) -> Any:
        """
        New sequences of the kind that was fitted (a path gives polars): same columns and dtypes, keys of their own.

        Args:
            n_rows: So many rows in all, 1 or more: whole sequences one after the other, the last one cut to fit. Of one
                long series: its length.
            n_sequences: So many whole sequences instead. Of both, `n_rows` is the most rows that they may have.
            seed: Another seed gives other rows, the same seed the same rows; left out, it is the synthesizer's.
            asking: `sequence_length`, `start`, `conditions`, as the parameters know them. What is left out is as the
                synthesizer was told; None asks for nothing of the kind. `conditions` may also be a table.

        Raises:
            UsageError: neither number is given, nor was `n_sequences` told in fitting; one is no positive whole number.
            ValidationError: a wish that is unknown or means nothing; the message says what is allowed.
            InputInvalid: what is asked for does not fit the columns.
            ConditionsUnreachable: what is asked for cannot be drawn, or has more rows than `n_rows`.
        """
        blocks = self.blocks(n_rows, n_sequences=n_sequences, seed=seed, **asking)
        return from_polars(pl.concat(list(blocks)), self._kind)

    def blocks(
        self, n_rows: int | None = None, *, n_sequences: int | None = None, seed: int | None = None, **asking: Any
    ) -> Iterator[pl.DataFrame]:
        """The rows that `sample` gives, as polars frames of whole sequences, drawn as they are asked for."""
        blocks = self.typed_blocks(n_rows, n_sequences=n_sequences, seed=seed, **asking)
        return (as_stored(block, self.metadata) for block in blocks)

    def typed_blocks(
        self, n_rows: int | None = None, *, n_sequences: int | None = None, seed: int | None = None, **asking: Any
    ) -> Iterator[pl.DataFrame]:
        """The same rows as a format's `write` takes them: dates that the table held as text are dates."""
        for what, number in (("rows", n_rows), ("sequences", n_sequences)):
            if number is not None:
                refuse_uncountable(number, what)
        if n_rows is not None or n_sequences is not None:
            asking = {**asking, "n_sequences": n_sequences}  # rows alone: as many sequences as it takes
        wishes, conditions = wished(self._model.asking, asking)
        model = self._model.asked(wishes, conditions) if asking else self._model
        wanted = wishes.n_sequences
        total = n_rows or wanted  # of whole sequences: they have a row each at least
        if total is None:
            raise UsageError("Nothing says how much to sample.", hint="Give n_rows or n_sequences.")
        model.wishes(total)
        blocks = _drawn(model, model.seed if seed is None else seed, total)
        if n_rows is None:
            yield from blocks
        else:
            yield from _cut(blocks, n_rows) if wanted is None else _whole(blocks, n_rows)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file that `lookalike.load` reads, the same one a job keeps as ``model.lookalike``."""
        Path(path).write_bytes(self._model.to_bytes())


def _drawn(model: engine.Model, seed: int, total: int) -> Iterator[pl.DataFrame]:
    """Blocks one after the other, to the first without rows: there are no more sequences then."""
    for block in count():
        rows = model.draw(model.block_rows, seed=seed, block=block, total=total)
        if not rows.height:
            return
        yield rows


def _cut(blocks: Iterator[pl.DataFrame], n_rows: int) -> Iterator[pl.DataFrame]:
    """Exactly so many rows, the last sequence cut."""
    left = n_rows
    for rows in blocks:
        yield rows.head(left)
        left -= rows.height
        if left <= 0:
            return
    raise ConditionsUnreachable(f"Only {n_rows - left} of {n_rows} rows could be drawn.")


def _whole(blocks: Iterator[pl.DataFrame], most: int) -> Iterator[pl.DataFrame]:
    """All blocks, if they have no more than so many rows."""
    n_rows = 0
    for rows in blocks:
        n_rows += rows.height
        if n_rows > most:
            raise ConditionsUnreachable(
                f"The sequences asked for have more than {most} rows.",
                hint="Ask for fewer or shorter ones, or more rows.",
            )
        yield rows
