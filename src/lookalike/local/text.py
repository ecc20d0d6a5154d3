"""Texts: records for themselves; no text is both learnt from and judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.split import note_texts, split_texts
from lookalike.data.texts.roles import typed_texts, with_texts
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.texts.tables import MAX_ROWS, evaluate_text_table
from lookalike.library import TextSynthesizer
from lookalike.local.learning import Kind, Learnt, rows_of


@dataclass(frozen=True)
class _Learner:
    synthesizer: TextSynthesizer

    @property
    def seed(self) -> int:
        return self.synthesizer.seed

    def learn(self, table: pl.DataFrame, metadata: Metadata, share: float) -> Learnt:
        roles = self.synthesizer.roles(table, metadata)
        train, holdout = split_texts(table, roles.texts[0], share, self.seed)
        model = self.synthesizer.fit_typed(train, metadata, roles)
        parameters, known = with_texts(self.synthesizer.parameters, roles), typed_texts(metadata, roles)

        def judge(rows: pl.DataFrame, settings: ReportSettings) -> Report:
            tables = (train, rows, holdout)
            return evaluate_text_table(tables, metadata=known, parameters=parameters, seed=self.seed, settings=settings)

        held = note_texts(table.height, holdout.height, share)
        notes = (*([held] if held else []), *model.notes)
        return Learnt(model.metadata, notes, lambda n: rows_of(model, n), judge, MAX_ROWS, model.breaches)


def _learner(values: Mapping[str, Any]) -> _Learner:
    return _Learner(TextSynthesizer(**values))


kind = Kind(TextParameters, _learner)
