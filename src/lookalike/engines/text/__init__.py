"""
Tables with texts: the columns beside them are the tabular engine's, which draws for each text how long it is and what
it is about too; then a backend (`writers`) writes it.
"""

from dataclasses import dataclass, replace

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TextParameters
from lookalike.engines import tabular
from lookalike.engines.tabular import Promise
from lookalike.engines.text.model import Model
from lookalike.engines.text.plan import Parameters, Plan, load_plan, make_plan, settings_of
from lookalike.engines.text.private_plan import make_private_plan
from lookalike.engines.text.settling import Settler
from lookalike.transforms.surveyed import Surveyed

__all__ = ["Model", "Plan", "Promise", "Settler", "Synthesizer", "load_promise", "promised"]


@dataclass(frozen=True)
class Synthesizer:
    """See `engines.Synthesizer`; columns whose type is TEXT are texts."""

    parameters: Parameters

    def prepare(
        self,
        table: pl.DataFrame,
        metadata: Metadata,
        *,
        seed: int,
        conditions: pl.DataFrame | None = None,
        surveyed: Surveyed | None = None,
    ) -> Plan:
        """See `engines.Synthesizer.prepare`."""
        told = self.parameters
        if isinstance(told, TextParameters) and settings_of(told, "endpoint").get("dp_epsilon") is not None:
            return make_private_plan(table, metadata, told, seed, conditions)
        return make_plan(table, metadata, told, seed, conditions, surveyed)

    def load_plan(self, value: bytes) -> Plan:
        """See `engines.Synthesizer.load_plan`."""
        return load_plan(value)


def promised(model: Model) -> Promise:
    """What a model promises of the rows it shows: nothing is promised of hidden columns."""
    promise, shown = tabular.promised(model.table), set(model.metadata.names)
    return replace(promise, metadata=model.metadata, held=tuple(h for h in promise.held if set(h.rule.named) <= shown))


def load_promise(value: bytes) -> Promise:
    """
    What the model of these bytes promises, see `promised`.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    return promised(Model.from_bytes(value))
