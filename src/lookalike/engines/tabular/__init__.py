"""Tables of rows that do not depend on each other: a chain of distributional trees, one a column."""

from dataclasses import dataclass

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular.model import Model
from lookalike.engines.tabular.plan import Plan, load_plan, make_plan
from lookalike.engines.tabular.promise import Promise, load_promise, promised
from lookalike.engines.tabular.uniqueness import Settler
from lookalike.transforms.surveyed import Surveyed

__all__ = ["Model", "Plan", "Promise", "Settler", "Synthesizer", "load_promise", "promised"]


@dataclass(frozen=True)
class Synthesizer:
    """See `engines.Synthesizer`."""

    parameters: TabularParameters

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
        return make_plan(table, metadata, self.parameters, seed, conditions, surveyed)

    def load_plan(self, value: bytes) -> Plan:
        """See `engines.Synthesizer.load_plan`."""
        return load_plan(value)
