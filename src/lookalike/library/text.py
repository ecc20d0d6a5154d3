"""Texts, with columns beside them or without: fit a table of them, sample new ones."""

from typing import Any

import polars as pl

from lookalike import plugins
from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.texts.roles import TextRoles, find_texts, typed_texts, with_texts
from lookalike.library.fitting import carried_out, chosen, seed_or_new
from lookalike.library.model import TabularModel
from lookalike.tables import given, typed

TextModel = TabularModel  # texts are columns of tables


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

    def fit(self, data: Any) -> TextModel:
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
    ) -> TextModel:
        """What was learnt from a polars frame that keeps all constraints and whose columns' meaning is known."""
        engine = plugins.part("lookalike.engines", "text").Synthesizer(with_texts(self.parameters, roles))
        plan = engine.prepare(table, typed_texts(metadata, roles), seed=self.seed)
        return TextModel("text", carried_out(plan), kind or Kind(), roles.why)
