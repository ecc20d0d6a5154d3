"""The library's door: fit a table you hold, sample new rows. No service, no files but those you name."""

import secrets
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.asking import Asking, ConditionTable
from lookalike.data.breaches import refuse_broken
from lookalike.data.frames import Kind, from_polars
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import SEED_MAX, TabularParameters, checked, refuse
from lookalike.data.spelling import as_stored
from lookalike.engines import BLOCK_ROWS
from lookalike.engines import tabular as engine
from lookalike.engines.tabular.promise import promise
from lookalike.errors import ModelFileError, UsageError
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
        self.seed = secrets.randbelow(SEED_MAX) if seed is None else seed
        self.parameters = checked(TabularParameters, {**parameters, "seed": self.seed})
        _refuse_of_service(self.parameters)

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
        return TabularModel(plan.join(plan.fit_group(group) for group in range(plan.n_groups)), kind or Kind())


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
        if isinstance(n_rows, bool) or not isinstance(n_rows, int) or n_rows < 1:
            raise UsageError("The number of rows must be a whole number of at least 1.")
        model = self._asked(asking)
        chosen = model.seed if seed is None else seed
        settler = engine.Settler(model, seed=chosen, total=n_rows)
        for block, start in enumerate(range(0, n_rows, BLOCK_ROWS)):
            drawn = model.draw(min(BLOCK_ROWS, n_rows - start), seed=chosen, block=block, total=n_rows)
            yield settler.settle(drawn, block=block)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file that `lookalike.load` reads, the same one a job keeps as ``model.lookalike``."""
        Path(path).write_bytes(self._model.to_bytes())

    def _asked(self, wanted: Mapping[str, Any]) -> engine.Model:
        """The model that draws what is wanted, and what it was told in fitting of the rest."""
        conditions, table = wanted.get("conditions"), None
        if not isinstance(conditions, Mapping | list | tuple | None):
            table, wanted = given(conditions, TabularParameters()).frame, {**wanted, "conditions": None}
        told = {name: value for name, value in wanted.items() if value is not None or name not in Asking.model_fields}
        found = checked(Asking, told)
        asking = self._model.asking.model_copy(update={name: getattr(found, name) for name in wanted})
        if isinstance(asking.conditions, ConditionTable):
            raise UsageError(
                f"The conditions are the rows of '{asking.conditions.path}' in a bucket, which only the service reads.",
                hint="Give conditions: a table, a list, or None for none.",
            )
        return self._model.asked(asking, table) if wanted else self._model


def load(path: str | PathLike[str]) -> TabularModel:
    """
    The model that `TabularModel.save` wrote, or a job; it samples polars frames.

    Raises:
        ModelFileError: not there, damaged, not a model, or of another version.
    """
    try:
        value = Path(path).read_bytes()
    except OSError:
        raise ModelFileError(f"There is no readable file '{path}'.", hint="Check the path.") from None
    return TabularModel(engine.Model.from_bytes(value), Kind())


def _refuse_of_service(parameters: TabularParameters) -> None:
    fields = []
    if isinstance(parameters.conditions, ConditionTable):
        fields.append(("parameters.conditions", "names a bucket, which only the service reads: give rows in a list"))
    if parameters.model_from_job is not None:
        fields.append(("parameters.model_from_job", "names a job, which only the service knows: load its model file"))
    if parameters.release_gate is not None:
        fields.append(("parameters.release_gate", "is for what judges rows: give it to evaluate"))
    refuse(fields)
