"""Texts, with columns beside them or without: fit a table of them, sample new ones."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, Self

import polars as pl

from lookalike import engines, plugins
from lookalike.data.asking import Asking
from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind, from_polars
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.spelling import as_stored
from lookalike.data.texts.roles import TextRoles, find_texts, typed_texts, with_texts
from lookalike.library.asking import refuse_uncountable, wished
from lookalike.library.fitting import carried_out, chosen, seed_or_new
from lookalike.tables import given, typed


class EngineModel(engines.Model, Protocol):
    """What the library needs of a model of texts."""

    @property
    def asking(self) -> Asking:
        """What was asked of the columns beside the texts in fitting."""

    def asked(self, asking: Asking, conditions: pl.DataFrame | None = None) -> Self:
        """The model that draws what is asked for instead."""


class TextSynthesizer:
    """
    How to learn texts.

    Args:
        seed: ``0 … 2**63-1``; drawn when left out, `self.seed` shows it.
        parameters: Keys of the API's `parameters`, e.g. ``text_columns="review", attributes=["stars"]``; what is left
            out is found in the rows, and the model's `notes` say what and why. Those that say what a job does with its
            output are accepted and have nothing to do here.

    Raises:
        ValidationError: a key that is unknown or out of range, and what is allowed; what only the service has: a table
            of conditions in a bucket, another job's model.
    """

    def __init__(self, *, seed: int | None = None, **parameters: Any) -> None:
        self.seed = seed_or_new(seed)
        self.parameters = chosen(TextParameters, {**parameters, "seed": self.seed})

    def fit(self, data: Any) -> "TextModel":
        """
        What was learnt from a table with one column of texts or several, and columns beside them or none.

        Args:
            data: polars or pandas frame, Arrow table, or a path (txt, csv, json, jsonl, parquet, arrow; also with
                ``.gz`` or ``.zst`` behind).

        Raises:
            InputRefused: too few rows, no column of texts, all of them empty, nested columns.
            InputInvalid: a file that cannot be read; columns told to be texts or attributes that cannot be.
            ConstraintBroken: rows break a constraint; says which and how many.
        """
        table, metadata, kind = typed(given(data, self.parameters), self.parameters)
        refuse_broken(table, metadata, self.parameters.constraints)
        return self.fit_typed(table, metadata, self.roles(table, metadata), kind)

    def roles(self, table: pl.DataFrame, metadata: Metadata) -> TextRoles:
        """What the columns are for, as told or found."""
        return find_texts(table, metadata, self.parameters)

    def fit_typed(
        self, table: pl.DataFrame, metadata: Metadata, roles: TextRoles, kind: Kind | None = None
    ) -> "TextModel":
        """What was learnt from a polars frame that keeps all constraints and whose columns' meaning is known."""
        engine = plugins.part("lookalike.engines", "text").Synthesizer(with_texts(self.parameters, roles))
        plan = engine.prepare(table, typed_texts(metadata, roles), seed=self.seed)
        return TextModel(carried_out(plan), kind or Kind(), roles.why)


class TextModel:
    """
    What was learnt from texts. Made by `TextSynthesizer.fit` and `load`, not by hand.

    It holds words of real texts and levels of real columns: guard its file as you guard the table.
    """

    def __init__(self, model: EngineModel, kind: Kind, why: tuple[str, ...] = ()) -> None:
        self._model = model
        self._kind = kind
        self._why = why

    @property
    def metadata(self) -> Metadata:
        """Columns of the rows it samples."""
        return self._model.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        """Which columns were found to be texts and attributes, and why; then what was changed while learning."""
        return (*self._why, *self._model.notes)

    def sample(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Any:
        """
        Exactly `n_rows` new records, of the kind that was fitted (a path gives polars), same columns and dtypes.

        Args:
            n_rows: 1 or more.
            seed: Another seed gives other records, the same seed the same ones; left out, it is the synthesizer's.
            asking: `conditions`, `rebalance`, `impute`, `fairness` of the columns beside the texts, as the parameters
                know them. What is left out is as the synthesizer was told; None asks for nothing of the kind.
                `conditions` may also be a table (a frame, an Arrow table or a path).

        Raises:
            UsageError: `n_rows` is no positive whole number; the conditions lie in a bucket.
            ValidationError: a wish that is unknown or means nothing; the message says what is allowed.
            InputInvalid: what is asked for does not fit the columns; more conditions than rows.
            ConditionsUnreachable: not so many rows could be found that have what is asked of them; says how many.
        """
        return from_polars(pl.concat(list(self.blocks(n_rows, seed=seed, **asking))), self._kind)

    def blocks(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Iterator[pl.DataFrame]:
        """The records that `sample` gives, as polars frames, drawn as they are asked for."""
        return (as_stored(block, self.metadata) for block in self.typed_blocks(n_rows, seed=seed, **asking))

    def typed_blocks(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Iterator[pl.DataFrame]:
        """The same records as a format's `write` takes them: dates that the table held as text are dates."""
        refuse_uncountable(n_rows, "texts")
        wishes = wished(self._model.asking, asking)
        model = self._model.asked(*wishes) if asking else self._model
        model.wishes(n_rows)
        drawn_by, size = model.seed if seed is None else seed, model.block_rows
        for block, start in enumerate(range(0, n_rows, size)):
            yield model.draw(min(size, n_rows - start), seed=drawn_by, block=block, total=n_rows)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file that `lookalike.load` reads, the same one a job keeps as ``model.lookalike``."""
        Path(path).write_bytes(self._model.to_bytes())
