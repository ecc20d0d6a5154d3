"""Sequences: whole ones are held back, and judged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.arranging import in_time
from lookalike.data.sequences.learnt import learnt_rows
from lookalike.data.sequences.roles import Roles, typed_roles, with_roles
from lookalike.data.sequences.wide import molten
from lookalike.data.split import split, split_sequences
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.sequences.comparison import MAX_ROWS
from lookalike.evaluation.sequences.report import SequenceColumns, evaluate_sequences
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
        roles = self.synthesizer.roles(table, metadata)
        train, holdout = _split(table, roles, share, self.seed)
        model = self.synthesizer.fit_typed(train, metadata, roles)
        parameters = self.synthesizer.parameters if roles is None else with_roles(self.synthesizer.parameters, roles)
        known = metadata if roles is None else typed_roles(metadata, roles, table, parameters.columns)
        held = holdout if holdout.height else None

        def judge(rows: pl.DataFrame, settings: ReportSettings) -> Report:
            given = [learnt_rows(train, parameters, self.seed), rows, *([] if held is None else [held])]
            tables, typed, found = molten(given, known, parameters)
            columns = SequenceColumns(typed, found.sequence_key or (), found.sequence_index)
            return evaluate_sequences(*tables, columns=columns, seed=self.seed, settings=settings)

        def blocks(n_rows: int | None) -> Iterator[pl.DataFrame]:
            return model.typed_blocks(n_rows, n_sequences=self.synthesizer.parameters.n_sequences)

        notes = (*([NOTHING_HELD] if share and held is None else []), *model.notes)
        return Learnt(model.metadata, notes, blocks, judge, MAX_ROWS)


def _split(table: pl.DataFrame, roles: Roles | None, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Train and holdout of whole sequences; without roles a row is one."""
    if roles is None:
        return split(table, share, seed)
    return split_sequences(table, roles.key, share, seed, order=in_time(table, roles.index))


def _learner(values: Mapping[str, Any]) -> _Learner:
    return _Learner(TimeSeriesSynthesizer(**values))


kind = Kind(TimeSeriesParameters, _learner)
