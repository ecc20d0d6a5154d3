"""The columns beside texts, judged as those of a table are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from lookalike.data.metadata import MADE_UP, ColumnType, Metadata
from lookalike.evaluation import ROOM, Figure, measured
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.gate import far_off, standard
from lookalike.evaluation.grading import UNKNOWN, surely_above_floor, worst
from lookalike.evaluation.report import AT_ONCE, ReportSettings
from lookalike.evaluation.verdict import PAIRS, Side, verdict

FEW = tuple(f"fidelity.{n}" for n in ("column_shapes", "correlations", "mutual_information", "pair_distances"))


@dataclass(frozen=True)
class Beside:
    """
    Columns beside texts, and how they are judged.

    Attributes:
        whole: By all figures of tables; else only by those of `FEW`, for columns that say what texts are about.
    """

    metadata: Metadata
    whole: bool


@dataclass(frozen=True, eq=False)
class Rows:
    """The columns beside texts, compared and measured; see `Beside`."""

    comparison: Comparison
    figures: Mapping[str, Figure]
    whole: bool

    @property
    def sides(self) -> tuple[Side, Side, Side]:
        """Fidelity, utility and privacy; the last two unknown but of whole tables."""
        if self.whole:
            told = verdict(self.figures)
            return told.fidelity, told.utility, told.privacy
        names = ("fidelity.column_shapes", "fidelity.pair_distances")
        graded = {name: surely_above_floor(self.figures[name], PAIRS) for name in names}
        return worst(graded, "fidelity"), UNKNOWN, UNKNOWN

    @property
    def failures(self) -> Iterator[str]:
        """What the gate ``standard`` has against them."""
        return standard(self.figures) if self.whole else far_off(self.figures)


def rows(
    tables: tuple[pl.DataFrame, pl.DataFrame | None, pl.DataFrame], beside: Beside, seed: int, settings: ReportSettings
) -> Rows | None:
    """
    The columns beside texts, measured; None if there are none but texts and made-up ones.

    Args:
        tables: Train, holdout and synthetic.

    Raises:
        MetadataError: if a table lacks a column; if the target cannot be one.
    """
    never = MADE_UP | {ColumnType.TEXT}
    compared = beside.metadata.select([c.name for c in beside.metadata.columns if c.type not in never])
    if not compared.columns:
        return None
    told = (settings.min_level_rows, settings.target, settings.breaches)
    comparison = Comparison(*tables, compared, seed, *told)
    figures = measured(comparison, ROOM, at_once=AT_ONCE, only=None if beside.whole else FEW)
    return Rows(comparison, figures, beside.whole)
