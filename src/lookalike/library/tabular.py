"""Tables: fit one you hold, sample new rows."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind, from_polars
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.spelling import as_stored
from lookalike.engines import BLOCK_ROWS
from lookalike.engines import tabular as engine
from lookalike.engines.tabular.promise import promise
from lookalike.library.asking import refuse_uncountable, wished
from lookalike.library.fitting import carried_out, chosen, seed_or_new
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

    def fit(self, data: Any) -> "TabularModel":
        """
        What was learnt from a table.

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

    def fit_typed(self, table: pl.DataFrame, metadata: Metadata, kind: Kind | None = None) -> "TabularModel":
        """What was learnt from a polars frame that keeps all constraints and whose columns' meaning is known."""
        plan = engine.Synthesizer(self.parameters).prepare(table, metadata, seed=self.seed)
        return TabularModel(carried_out(plan), kind or Kind())


class TabularModel:
    """
    What was learnt from a table. Made by `TabularSynthesizer.fit` and `load`, not by hand.

    It holds levels and quantiles of real columns: guard its file as you guard the table.
    """

    def __init__(self, model: engine.Model, kind: Kind) -> None:
        self._model = model
        self._kind = kind

    @property
    def metadata(self) -> Metadata:
        """Columns of the rows it samples."""
        return self._model.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed, left out or made safer while learning, a sentence each."""
        return self._model.notes

    def breaches(self, rows: pl.DataFrame) -> Mapping[str, NDArray[np.bool_]]:
        """Which of some typed rows break each rule that the model found or was told, by the rule's title."""
        return promise(self._model.layout).breaches(rows)

    def sample(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Any:
        """
        Exactly `n_rows` new rows, of the kind that was fitted (a path gives polars), same columns and dtypes.

        Args:
            n_rows: 1 or more.
            seed: Another seed gives other rows, the same seed the same rows; left out, it is the synthesizer's.
            asking: `conditions`, `rebalance`, `impute`, `fairness`, as the parameters know them. What is left out is as
                the synthesizer was told; None asks for nothing of the kind, though what was imputed in fitting was
                learnt without gaps. `conditions` may also be a table (a frame, an Arrow table or a path): each of its
                rows is one condition, its empty cells are free.

        Raises:
            UsageError: `n_rows` is no positive whole number; the conditions lie in a bucket.
            ValidationError: a wish that is unknown or means nothing; the message says what is allowed.
            InputInvalid: what is asked for does not fit the columns; more conditions than rows.
            ConditionsUnreachable: not so many rows could be found that keep all rules and have what is asked of them;
                says how many.
        """
        return from_polars(pl.concat(list(self.blocks(n_rows, seed=seed, **asking))), self._kind)

    def blocks(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Iterator[pl.DataFrame]:
        """The rows that `sample` gives, as polars frames of 65,536 rows at most, drawn as they are asked for."""
        return (as_stored(block, self.metadata) for block in self.typed_blocks(n_rows, seed=seed, **asking))

    def typed_blocks(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Iterator[pl.DataFrame]:
        """The same rows as a format's `write` takes them: dates that the table held as text are dates."""
        refuse_uncountable(n_rows, "rows")
        wishes = wished(self._model.asking, asking)
        model = self._model.asked(*wishes) if asking else self._model
        drawn_by = model.seed if seed is None else seed
        settler = engine.Settler(model, seed=drawn_by, total=n_rows)
        for block, start in enumerate(range(0, n_rows, BLOCK_ROWS)):
            drawn = model.draw(min(BLOCK_ROWS, n_rows - start), seed=drawn_by, block=block, total=n_rows)
            yield settler.settle(drawn, block=block)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file that `lookalike.load` reads, the same one a job keeps as ``model.lookalike``."""
        Path(path).write_bytes(self._model.to_bytes())
