"""
Sequences: an autoregressive forest. Row after row each column is drawn from donors in the leaf of a tree over the rows
before, the calendar, the context and the cells drawn before it; beginnings are the tabular engine's.
"""

from dataclasses import dataclass

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.engines.time_series.making import make_plan
from lookalike.engines.time_series.model import Model
from lookalike.engines.time_series.plan import Plan, load_plan
from lookalike.engines.time_series.promise import Promise, load_promise
from lookalike.transforms.surveyed import Surveyed

__all__ = ["Model", "Plan", "Promise", "Synthesizer", "load_promise"]


@dataclass(frozen=True)
class Synthesizer:
    """See `engines.Synthesizer`; the parameters name key, index and context, as `data.sequences` found them."""

    parameters: TimeSeriesParameters

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
        plan = make_plan(table, metadata, self.parameters, seed, conditions)
        return plan if surveyed is None else plan.knowing(surveyed)

    def load_plan(self, value: bytes) -> Plan:
        """See `engines.Synthesizer.load_plan`."""
        return load_plan(value)
