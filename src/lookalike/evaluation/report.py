"""The report: every figure beside that of fresh real rows, the columns, and one sentence; as JSON and as a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from lookalike.data.metadata import MADE_UP, Metadata
from lookalike.errors import UsageError
from lookalike.evaluation import Figure, measured
from lookalike.evaluation.comparison import Breaches, Comparison
from lookalike.evaluation.distributions import Distribution, distribution
from lookalike.evaluation.gate import Asked, Gate, judge, standard
from lookalike.evaluation.verdict import Verdict, verdict
from lookalike.version import VERSION

FORMAT, FORM = "lookalike-report", 2
N_DISTRIBUTIONS = 200  # columns whose bins are kept, worst first: the rest would only make the file heavy
DIGITS = 6
AT_ONCE = 2  # figures: a small machine has as many cores, and each needs memory of its own
_NAMES_SHOWN = 12


@dataclass(frozen=True)
class ReportSettings:
    """
    What the caller knows.

    Attributes:
        min_level_rows: A level is named only if so many real rows share it.
        settings: How the synthetic rows were made, for the reader: JSON, no secrets.
        notes: What was changed or refused on the way, a sentence each.
        gate: What the figures must keep for the rows to be released; None: nothing is asked.
        target: The column that models are to predict; None: one is inferred.
        breaches: Which of some rows break each rule, see `Comparison`; None if there are no rules.
    """

    min_level_rows: int = 5
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    gate: Asked | None = None
    target: str | None = None
    breaches: Breaches | None = None


@dataclass(frozen=True)
class ColumnReport:
    """One column: how far it is from train, beside fresh real rows, and how both are spread (None: not shown)."""

    name: str
    type: str
    error: float
    floor: float | None
    distribution: Distribution | None

    @property
    def excess(self) -> float:
        """How much worse than fresh real rows."""
        return self.error - (self.floor or 0.0)


@dataclass(frozen=True)
class Report:
    """
    What is known of a synthetic table.

    Attributes:
        figures: By ``family.file``, e.g. ``fidelity.c2st``.
        columns: In table order.
        facts: `n_train`, `n_holdout`, `n_synthetic`, `n_columns`, `seed`, `settings`, `versions`.
        notes: What the caller had to say, then what limits all figures; what limits one of them stands with it.
        gate: What the release gate says; None if there is none.
    """

    verdict: Verdict
    figures: Mapping[str, Figure]
    columns: tuple[ColumnReport, ...]
    facts: Mapping[str, Any]
    notes: tuple[str, ...]
    gate: Gate | None = None

    def to_json(self) -> str:
        """The report as JSON with sorted keys, six decimals and a final newline; see docs/metrics.md for the form."""
        value = {
            "format": FORMAT,
            "version": FORM,
            "verdict": self.verdict.to_json(),
            "figures": {k: _figure(f) for k, f in self.figures.items()},
            "columns": [_column(c) for c in self.columns],
            "facts": dict(self.facts),
            "notes": list(self.notes),
            "gate": None if self.gate is None else self.gate.to_json(),
        }
        return json.dumps(_rounded(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_html(self) -> str:
        """The report as one page that needs nothing else: no network, no script."""
        from lookalike.evaluation.html import page  # loads jinja2, which JSON does without

        return page(self)

    def save(self, path: str | Path) -> None:
        """
        Write the report to a file.

        Raises:
            UsageError: if the name ends neither in .json nor in .html.
        """
        path = Path(path)
        forms = {".json": self.to_json, ".html": self.to_html}
        if path.suffix.lower() not in forms:
            raise UsageError(f"A report cannot be written as '{path.suffix}'.", hint="End the name in .json or .html.")
        path.write_bytes(forms[path.suffix.lower()]().encode())

    def worst_columns(self) -> tuple[ColumnReport, ...]:
        """The columns, those first that are furthest above fresh real rows."""
        return tuple(sorted(self.columns, key=lambda c: -c.excess))


def evaluate_tables(
    real: pl.DataFrame,
    synthetic: pl.DataFrame,
    holdout: pl.DataFrame | None = None,
    *,
    metadata: Metadata,
    seed: int,
    settings: ReportSettings = ReportSettings(),
) -> Report:
    """
    The report on a synthetic table.

    Args:
        real: The rows that were learnt from.
        synthetic: The rows to judge.
        holdout: Real rows that were not learnt from. Without them privacy cannot be judged.
        metadata: The columns to compare. Those whose cells are made up are not, as they are not to be alike.

    Returns:
        The same for the same tables, seed and version.

    Raises:
        MetadataError: if a table lacks a column or stores it as something else; if the target cannot be one.
    """
    compared = metadata.select([c.name for c in metadata.columns if c.type not in MADE_UP])
    told = (settings.min_level_rows, settings.target, settings.breaches)
    comparison = Comparison(real, holdout, synthetic, compared, seed, *told)
    figures = measured(comparison, at_once=AT_ONCE)
    return Report(
        verdict=verdict(figures),
        figures=figures,
        columns=column_reports(comparison, figures["fidelity.column_shapes"]),
        facts=facts(comparison, settings),
        notes=(*settings.notes, *left_out(metadata), *comparison.notes()),
        gate=judge(settings.gate, figures, standard(figures)),
    )


def left_out(metadata: Metadata) -> tuple[str, ...]:
    """A sentence on the columns that are not compared, if there are any."""
    names = [f"'{c.name}'" for c in metadata.columns if c.type in MADE_UP]
    if not names:
        return ()
    told = ", ".join(names[:_NAMES_SHOWN]) + (
        f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    )
    return (f"Made-up columns are not compared: {told}.",)


def column_reports(comparison: Comparison, shapes: Figure) -> tuple[ColumnReport, ...]:
    """The columns of a comparison, by what `fidelity.column_shapes` found of them."""
    rows = shapes.details.get("columns", ())
    bare = [
        ColumnReport(c.column.name, c.column.type.value, row["error"], row["floor"], None)
        for c, row in zip(comparison.columns, rows, strict=bool(rows))
    ]
    shown = set(sorted(range(len(bare)), key=lambda i: -bare[i].excess)[:N_DISTRIBUTIONS])
    return tuple(
        ColumnReport(
            c.name, c.type, c.error, c.floor, distribution(comparison, comparison.columns[i]) if i in shown else None
        )
        for i, c in enumerate(bare)
    )


def facts(comparison: Comparison, settings: ReportSettings) -> dict[str, Any]:
    """What was compared, and how the rows were made."""
    return {
        "n_train": comparison.train.height,
        "n_holdout": 0 if comparison.holdout is None else comparison.holdout.height,
        "n_synthetic": comparison.synthetic.height,
        "n_columns": len(comparison.metadata.columns),
        "n_rows_compared": list(comparison.n_rows),
        "min_level_rows": comparison.min_level_rows,
        "seed": comparison.seed,
        "settings": dict(settings.settings),
        "versions": versions(),
    }


def versions(*others: str) -> dict[str, str]:
    """Versions of what figures depend on, those of `others` too."""
    return {"lookalike": VERSION, **{name: version(name) for name in sorted(("numba", "numpy", "polars", *others))}}


def _figure(figure: Figure) -> dict[str, Any]:
    details = {k: v for k, v in figure.details.items() if k != "columns"}  # they stand under `columns`
    return {**vars(figure), "details": details}


def _column(column: ColumnReport) -> dict[str, Any]:
    shown = None if column.distribution is None else column.distribution.to_json()
    return {**vars(column), "distribution": shown}


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, DIGITS) + 0.0  # no -0.0
        case Mapping():
            return {k: _rounded(v) for k, v in value.items()}
        case list() | tuple():
            return [_rounded(v) for v in value]
    return value
