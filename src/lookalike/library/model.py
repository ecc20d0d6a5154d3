"""What was learnt from a table, whichever engine it was: rows sampled, rules checked, a file."""

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike import engines, plugins
from lookalike.data.asking import Asking
from lookalike.data.frames import Kind, from_polars
from lookalike.data.metadata import Metadata
from lookalike.data.spelling import as_stored
from lookalike.library.asking import refuse_uncountable, wished


class EngineModel(engines.Model, Protocol):
    """What the library needs of an engine's model."""

    @property
    def asking(self) -> Asking:
        """What was asked of the columns in fitting."""

    def asked(self, asking: Asking, conditions: pl.DataFrame | None = None) -> Self:
        """The model that draws what is asked for instead."""


class TabularModel:
    """
    What was learnt from a table, with texts or without. Made by the `fit` of synthesizers and by `load`, not by hand.

    It holds levels and quantiles of real columns and words of real texts: guard its file as you guard the table.
    """

    def __init__(self, engine: str, model: EngineModel, kind: Kind, why: tuple[str, ...] = ()) -> None:
        self._engine = plugins.part("lookalike.engines", engine)
        self._model = model
        self._kind = kind
        self._why = why

    @property
    def metadata(self) -> Metadata:
        """Columns of the rows it samples."""
        return self._model.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        """What columns were found to be for, and why; then what was changed or made safer while learning."""
        return (*self._why, *self._model.notes)

    def breaches(self, rows: pl.DataFrame) -> Mapping[str, NDArray[np.bool_]]:
        """Which of some typed rows break each rule that the model found or was told, by the rule's title."""
        broken: Mapping[str, NDArray[np.bool_]] = self._engine.promised(self._model).breaches(rows)
        return broken

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
        """The rows that `sample` gives, as polars frames, drawn as they are asked for."""
        return (as_stored(block, self.metadata) for block in self.typed_blocks(n_rows, seed=seed, **asking))

    def typed_blocks(self, n_rows: int, *, seed: int | None = None, **asking: Any) -> Iterator[pl.DataFrame]:
        """The same rows as a format's `write` takes them: dates that the table held as text are dates."""
        refuse_uncountable(n_rows, "rows")
        wishes = wished(self._model.asking, asking)
        model = self._model.asked(*wishes) if asking else self._model
        model.wishes(n_rows)
        drawn_by, size = model.seed if seed is None else seed, model.block_rows
        settler = self._engine.Settler(model, seed=drawn_by, total=n_rows)
        for block, start in enumerate(range(0, n_rows, size)):
            drawn = model.draw(min(size, n_rows - start), seed=drawn_by, block=block, total=n_rows)
            yield settler.settle(drawn, block=block)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file that `lookalike.load` reads, the same one a job keeps as ``model.lookalike``."""
        Path(path).write_bytes(self._model.to_bytes())
