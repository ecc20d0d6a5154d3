"""The report on synthetic sequences: every figure beside that of fresh real ones, the columns, and one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.metadata import MADE_UP, Metadata
from lookalike.evaluation import Figure, measured
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity import column_shapes
from lookalike.evaluation.gate import judge
from lookalike.evaluation.grading import UNKNOWN, above_floor, spoken, standard, surely_above_floor, worst
from lookalike.evaluation.report import ColumnReport, Report, ReportSettings, column_reports, left_out, versions
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.verdict import C2ST, Scale, Side

ROOM = "lookalike.evaluation.sequences"
COPIES = Scale(0.01, 0.05)  # share of windows copied above that of fresh real ones, beyond chance
LACKS = Scale(0.2, 0.5)  # of the distance of fresh real windows to what was learnt from


@dataclass(frozen=True)
class SequenceColumns:
    """
    What the columns of a table of sequences are.

    Attributes:
        metadata: Of all columns but keys, which may be left out.
        keys: Those that say which sequence a row belongs to; none for one long series.
        index: The one that orders the rows of a sequence; None: they are in order.
    """

    metadata: Metadata
    keys: tuple[str, ...] = ()
    index: str | None = None

    @property
    def compared(self) -> Metadata:
        """The columns that are compared, and the index: no keys, and none whose cells are made up."""
        kept = [c.name for c in self.metadata.columns if c.name not in self.keys and c.type not in MADE_UP]
        return self.metadata.select(kept)


def evaluate_sequences(
    real: pl.DataFrame,
    synthetic: pl.DataFrame,
    holdout: pl.DataFrame | None = None,
    *,
    columns: SequenceColumns,
    seed: int,
    settings: ReportSettings | None = None,
) -> Report:
    """
    The report on a synthetic table of sequences.

    Args:
        real: The sequences that were learnt from, whole.
        synthetic: The sequences to judge; the index may be missing.
        holdout: Real sequences that were not learnt from; of one long series a later part. Without it privacy cannot be
            judged.

    Returns:
        The same for the same tables, seed and version. Its columns are those of the rows, whatever their order.

    Raises:
        MetadataError: if a table lacks a column or stores it as something else, or the index has no order.
    """
    settings = settings or ReportSettings()
    comparison = SequenceComparison(real, holdout, synthetic, columns.keys, columns.index, columns.compared, seed)
    figures = measured(comparison, ROOM)
    sides = _graded(figures)
    return Report(
        verdict=spoken("sequences", worst(sides, "fidelity"), UNKNOWN, worst(sides, "privacy")),
        figures=figures,
        columns=_columns(comparison, settings),
        facts=_facts(comparison, settings),
        notes=(*settings.notes, *left_out(columns.metadata), *comparison.notes()),
        gate=judge(settings.gate, figures, standard(sides, figures)),
    )


def _graded(figures: Mapping[str, Figure]) -> dict[str, Side]:
    """Fidelity by whole sequences, or windows of a series; privacy by copies and by nearness."""
    told = [f"fidelity.{name}" for name in ("c2st_seq", "c2st_window")]
    return {
        **{name: above_floor(figures[name], 0.5, C2ST) for name in told},
        "privacy.window_copies": surely_above_floor(figures["privacy.window_copies"], COPIES),
        "privacy.near_ratio": _nearness(figures["privacy.near_ratio"]),
    }


def _nearness(ratio: Figure) -> Side:
    if ratio.value is None:
        return UNKNOWN
    low, high = ratio.interval or (ratio.value, ratio.value)
    return LACKS.side(1 - high, (1 - high, 1 - low))


def _columns(comparison: SequenceComparison, settings: ReportSettings) -> tuple[ColumnReport, ...]:
    metadata = Metadata(comparison.columns)
    tables = comparison.train, comparison.holdout, comparison.synthetic
    rows = Comparison(*tables, metadata, comparison.seed, settings.min_level_rows)
    return column_reports(rows, column_shapes.metric(rows))


def _facts(comparison: SequenceComparison, settings: ReportSettings) -> dict[str, Any]:
    return {
        "kind": comparison.kind.value,
        "n_train": comparison.train.height,
        "n_holdout": 0 if comparison.holdout is None else comparison.holdout.height,
        "n_synthetic": comparison.synthetic.height,
        "n_columns": len(comparison.columns),
        "n_units_compared": [len(p) for p in comparison.panels],
        "n_rows_compared": [len(p.values) for p in comparison.panels],
        "min_level_rows": settings.min_level_rows,
        "seed": comparison.seed,
        "settings": dict(settings.settings),
        "versions": versions("lightgbm"),
    }
