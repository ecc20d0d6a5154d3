"""Tables: fit one you hold, sample new rows."""

from typing import Any

import polars as pl

from lookalike import plugins
from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines import engine_of
from lookalike.library.fitting import carried_out, chosen, seed_or_new
from lookalike.library.model import TabularModel
from lookalike.tables import given, typed


class TabularSynthesizer:
    """
    How to learn a table.

    Args:
        seed: ``0 … 2**63-1``; drawn when left out, `self.seed` shows it.
        parameters: Keys of the API's `parameters`, e.g. ``privacy="private"``. Those that say what a job does with its
            output (`if_exists`, `part_rows`, `evaluate`, `holdout_share`) are accepted and have nothing to do here: all
            rows given are learnt from; hold some back yourself for `evaluate`.

    Raises:
        ValidationError: a key that is unknown or out of range, and what is allowed; what only the service has: a table
            of conditions in a bucket, another job's model.
    """

    def __init__(self, *, seed: int | None = None, **parameters: Any) -> None:
        self.seed = seed_or_new(seed)
        self.parameters = chosen(TabularParameters, {**parameters, "seed": self.seed})

    def fit(self, data: Any) -> TabularModel:
        """
        What was learnt from a table. Columns of free text are written as texts, for the columns beside them.

        Args:
            data: polars or pandas frame, Arrow table, or a path (csv, json, jsonl, parquet, arrow; also with ``.gz``
                or ``.zst`` behind).

        Raises:
            InputRefused: fewer than 20 rows, no columns, nested columns.
            InputInvalid: a file that cannot be read; the message names line or column. Constraints that name columns
                which are not there, or which they cannot be asked of.
            ConstraintBroken: rows break a constraint; says which and how many.
        """
        table, metadata, kind = typed(given(data, self.parameters), self.parameters)
        refuse_broken(table, metadata, self.parameters.constraints)
        return self.fit_typed(table, metadata, kind)

    def fit_typed(self, table: pl.DataFrame, metadata: Metadata, kind: Kind | None = None) -> TabularModel:
        """What was learnt from a polars frame that keeps all constraints and whose columns' meaning is known."""
        engine = engine_of("tabular", {c.type for c in metadata.columns})
        synthesizer = plugins.part("lookalike.engines", engine).Synthesizer(self.parameters)
        return TabularModel(engine, carried_out(synthesizer.prepare(table, metadata, seed=self.seed)), kind or Kind())
