"""Tables of rows that do not depend on each other: a chain of distributional trees, one a column."""

from dataclasses import dataclass

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular.model import Model
from lookalike.engines.tabular.plan import Plan, load_plan, make_plan

__all__ = ["Model", "Plan", "Synthesizer"]


@dataclass(frozen=True)
class Synthesizer:
    """See `engines.Synthesizer`."""

    parameters: TabularParameters

    def prepare(self, table: pl.DataFrame, metadata: Metadata, *, seed: int) -> Plan:
        """See `engines.Synthesizer.prepare`."""
        return make_plan(table, metadata, self.parameters, seed)

    def load_plan(self, value: bytes) -> Plan:
        """See `engines.Synthesizer.load_plan`."""
        return load_plan(value)
