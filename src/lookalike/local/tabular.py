"""Tables: rows for themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.split import note, split
from lookalike.engines import BLOCK_ROWS
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.texts.tables import evaluate_table
from lookalike.library import TabularSynthesizer
from lookalike.local.learning import Kind, Learnt, rows_of


@dataclass(frozen=True)
class _Learner:
    synthesizer: TabularSynthesizer

    @property
    def seed(self) -> int:
        return self.synthesizer.seed

    def learn(self, table: pl.DataFrame, metadata: Metadata, share: float) -> Learnt:
        train, holdout = split(table, share, self.seed)
        model = self.synthesizer.fit_typed(train, metadata)
        real = learnt_from(train, self.synthesizer.parameters.fit_rows, self.seed)

        def judge(rows: pl.DataFrame, settings: ReportSettings) -> Report:
            return evaluate_table(real, rows, holdout, metadata=metadata, seed=self.seed, settings=settings)

        held = note(table.height, share)
        notes = (*([held] if held else []), *model.notes)
        return Learnt(model.metadata, notes, lambda n: rows_of(model, n), judge, BLOCK_ROWS, model.breaches)


def _learner(values: Mapping[str, Any]) -> _Learner:
    return _Learner(TabularSynthesizer(**values))


kind = Kind(TabularParameters, _learner)
