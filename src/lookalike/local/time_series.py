"""Sequences: whole ones are held back, and judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import find_roles, typed_roles
from lookalike.data.split import split_sequences
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.sequences.comparison import MAX_ROWS
from lookalike.evaluation.sequences.report import ROOM, SequenceColumns, evaluate_sequences
from lookalike.library import TimeSeriesSynthesizer
from lookalike.local.learning import Kind, Learnt

NOTHING_HELD = "No holdout: there are too few sequences to hold some back; privacy is measured without one."


@dataclass(frozen=True)
class _Learner:
    synthesizer: TimeSeriesSynthesizer

    @property
    def seed(self) -> int:
        return self.synthesizer.seed

    def learn(self, table: pl.DataFrame, metadata: Metadata, share: float) -> Learnt:
        roles = find_roles(table, metadata, self.synthesizer.parameters)
        train, holdout = split_sequences(table, metadata, roles, share, self.seed)
        model = self.synthesizer.fit_typed(train, metadata, roles)
        columns = SequenceColumns(typed_roles(metadata, roles), roles.key, roles.index)
        held = holdout if holdout.height else None

        def judge(rows: pl.DataFrame, settings: ReportSettings) -> Report:
            return evaluate_sequences(train, rows, held, columns=columns, seed=self.seed, settings=settings)

        def blocks(n_rows: int | None) -> Iterator[pl.DataFrame]:
            return model.typed_blocks(n_rows, n_sequences=self.synthesizer.parameters.n_sequences)

        notes = (*([NOTHING_HELD] if share and held is None else []), *model.notes)
        return Learnt(model.metadata, notes, blocks, judge, MAX_ROWS)


def _learner(values: Mapping[str, Any]) -> _Learner:
    return _Learner(TimeSeriesSynthesizer(**values))


kind = Kind(TimeSeriesParameters, ROOM, _learner)
