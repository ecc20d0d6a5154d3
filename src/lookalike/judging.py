"""The library's door to reports: any two tables, whatever made the second, judged beside fresh real rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import polars as pl

from lookalike.data.breaches import breaching, refuse_unfit
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.parameters import (
    Parameters,
    TabularParameters,
    TextParameters,
    TimeSeriesParameters,
    checked,
    refuse,
)
from lookalike.data.sequences.roles import find_roles, typed_roles
from lookalike.data.sequences.wide import molten
from lookalike.data.texts.roles import find_label
from lookalike.errors import MetadataError, UsageError
from lookalike.evaluation import ROOM
from lookalike.evaluation.gate import problems
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.sequences import report as of_sequences
from lookalike.evaluation.texts import report as of_texts
from lookalike.evaluation.texts.tables import evaluate_table
from lookalike.tables import Given, conform, given, is_path, typed

DataType = Literal["tabular", "time_series", "text"]


@dataclass(frozen=True, eq=False)
class _Case:
    """What is to be judged: rows learnt from, typed; the others as given, holdout perhaps None."""

    real: pl.DataFrame
    metadata: Metadata
    synthetic: Given
    holdout: Given | None
    target: str | None
    settings: ReportSettings

    def others(
        self, metadata: Metadata, absent: tuple[str | None, ...] = ()
    ) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """Synthetic and held-back rows stored as the real ones; the synthetic ones may lack the columns `absent`."""
        names = [n for n in metadata.names if n not in absent or n in self.synthetic.frame.columns]
        synthetic = conform(self.synthetic, metadata.select(names))
        return synthetic, None if self.holdout is None else conform(self.holdout, metadata)


class _Judge(Protocol):
    def __call__(self, case: _Case, chosen: Any, seed: int) -> Report: ...


def evaluate(
    real: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    data_type: DataType = "tabular",
    seed: int = 0,
    target: str | None = None,
    **parameters: Any,
) -> Report:
    """
    How faithful and how private synthetic rows are; every figure beside that of fresh real rows.

    Args:
        real: The rows that were learnt from: a frame, an Arrow table or a path.
        synthetic: The rows to judge, whatever made them. Of sequences they may lack the index, of texts the target.
        holdout: Real rows that were not learnt from. Without them privacy cannot be judged.
        data_type: What rows are: each for itself; steps of sequences; texts.
        seed: Chooses which rows are compared where they are too many.
        target: The column that models are to predict, of texts from these, else from all other columns; left out, one
            is inferred. Sequences have none.
        parameters: As the API knows them: `csv`, `exclude`, `columns`, `release_gate`; for tables `min_level_rows`,
            `constraints`; for sequences `sequence_key`, `sequence_index`, found in `real` where they are left out; for
            texts `text_columns`, `attributes`.

    Raises:
        MetadataError: a table lacks a column of `real` or holds something else in it (more columns are left out); the
            target is no column, or cannot be predicted; nothing tells which column holds the texts.
        InputInvalid: a file that cannot be read; constraints that cannot be asked of the columns.
        ValidationError: parameters that mean nothing, a gate that nothing could pass.
    """
    model, rooms, judge = _kind(data_type)
    chosen = checked(model, {**parameters, "seed": seed})
    refuse(problems(chosen.release_gate, held_back=holdout is not None, rooms=rooms()))
    if synthetic is None:
        raise UsageError("There are no synthetic rows to judge.")
    table, metadata, _ = typed(given(real, chosen), chosen)
    held = None if holdout is None else given(holdout, chosen)
    settings = _settings(chosen, _told(real, synthetic, holdout))
    return judge(_Case(table, metadata, given(synthetic, chosen), held, target, settings), chosen, seed)


def _kind(data_type: str) -> tuple[type[Parameters], Callable[[], tuple[str, ...]], _Judge]:
    refuse([] if data_type in _KINDS else [("data_type", f"is not known; known: {', '.join(_KINDS)}")])
    return _KINDS[data_type]


def _settings(chosen: Parameters, told: Mapping[str, str]) -> ReportSettings:
    return ReportSettings(settings=told, gate=chosen.model_dump(mode="json")["release_gate"])


def _rows(case: _Case, chosen: TabularParameters, seed: int) -> Report:
    for rule in chosen.constraints:
        refuse_unfit(rule, case.metadata)
    settings = replace(
        case.settings,
        min_level_rows=chosen.min_level_rows,
        target=case.target,
        breaches=(lambda rows: breaching(rows, chosen.constraints, case.metadata, case.real))
        if chosen.constraints
        else None,
    )
    others = case.others(case.metadata)
    return evaluate_table(case.real, *others, metadata=case.metadata, seed=seed, settings=settings)


def _sequences(case: _Case, chosen: TimeSeriesParameters, seed: int) -> Report:
    if case.target is not None:
        raise UsageError("Sequences are not judged by a target.", hint="Leave it out, or judge the rows as a table.")
    rules = [("parameters.constraints", "has no figure of sequences: judge the rows as a table")]
    refuse(rules if chosen.constraints else [])
    if chosen.layout == "wide":
        return _wide_sequences(case, chosen, seed)
    _demand(case.metadata, [*(chosen.sequence_key or ()), *([chosen.sequence_index] if chosen.sequence_index else [])])
    roles = find_roles(case.real, case.metadata, chosen)
    metadata = typed_roles(case.metadata, roles, case.real, chosen.columns)
    columns = of_sequences.SequenceColumns(metadata, roles.key, roles.index)
    settings = replace(case.settings, notes=roles.why)
    others = case.others(metadata, (roles.index,))
    return of_sequences.evaluate_sequences(case.real, *others, columns=columns, seed=seed, settings=settings)


def _wide_sequences(case: _Case, chosen: TimeSeriesParameters, seed: int) -> Report:
    """Of tables a row of which is a whole sequence."""
    given = [case.real, *(other for other in case.others(case.metadata) if other is not None)]
    tables, metadata, told = molten(given, case.metadata, chosen)
    columns = of_sequences.SequenceColumns(metadata, told.sequence_key or (), told.sequence_index or None)
    return of_sequences.evaluate_sequences(*tables, columns=columns, seed=seed, settings=case.settings)


def _texts(case: _Case, chosen: TextParameters, seed: int) -> Report:
    told, attributes = chosen.text_columns or (), chosen.attributes
    _demand(case.metadata, [*told, *(attributes or ()), *([] if case.target is None else [case.target])])
    text, *more = _text_columns(case, told)
    label = case.target or next(iter(attributes or ()), None)
    if label is None and attributes is None:
        label = find_label(case.real, case.metadata, text)
    metadata = case.metadata.select([text, *more, *([] if label is None else [label])])
    note = f"The texts are the column '{text}'" + (f", their labels '{label}'." if label else ".")
    settings = replace(case.settings, notes=() if case.target and told else (note,))
    columns = of_texts.TextColumns(text, label, tuple(more))
    others = case.others(metadata, (label,))
    return of_texts.evaluate_texts(
        case.real.select(metadata.names), *others, columns=columns, seed=seed, settings=settings
    )


def _text_columns(case: _Case, told: tuple[str, ...]) -> list[str]:
    """The columns told; else the only one of free text, or the only one of text at all."""
    free = [c.name for c in case.metadata.columns if c.type is ColumnType.TEXT]
    stored = [c.name for c in case.metadata.columns if c.dtype == pl.String]
    found = list(told) or free or stored
    if not told and len(found) != 1:
        raise MetadataError(f"{len(found) or 'No'} columns could be the texts.", hint="Name them in text_columns.")
    return found


def _demand(metadata: Metadata, names: list[str]) -> None:
    if unknown := [name for name in names if name not in metadata.names]:
        raise MetadataError(f"There is no column '{unknown[0]}'.", hint=f"Columns: {', '.join(metadata.names[:20])}.")


def _told(real: Any, synthetic: Any, holdout: Any) -> dict[str, str]:
    """Names of the files compared."""
    named = {"real": real, "synthetic": synthetic, "holdout": holdout}
    return {name: Path(data).name for name, data in named.items() if is_path(data)}


_KINDS: Mapping[str, tuple[type[Parameters], Callable[[], tuple[str, ...]], _Judge]] = {
    "tabular": (TabularParameters, lambda: (ROOM, *of_texts.rooms()), _rows),
    "time_series": (TimeSeriesParameters, lambda: (of_sequences.ROOM,), _sequences),
    "text": (TextParameters, of_texts.rooms, _texts),
}
