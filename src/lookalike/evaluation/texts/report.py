"""The report on synthetic texts: every figure beside that of fresh real ones, and one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lookalike.evaluation import Figure, measured
from lookalike.evaluation.gate import judge
from lookalike.evaluation.grading import above_floor, spoken, standard, surely_above_floor, worst
from lookalike.evaluation.report import Report, ReportSettings, versions
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.embedded import model
from lookalike.evaluation.verdict import C2ST, Scale, Side, learnt

ROOM = "lookalike.evaluation.texts"
COPIES = Scale(0.01, 0.05)  # share copied above that of fresh real texts, beyond chance


def rooms() -> tuple[str, ...]:
    """Where the metrics are: those of embeddings only where the extra is installed."""
    return (ROOM, f"{ROOM}.embedded") if model.installed() else (ROOM,)


@dataclass(frozen=True)
class TextColumns:
    """The column of texts, and the one that says of what kind each is; None: there is none."""

    text: str
    label: str | None = None


def evaluate_texts(
    real: pl.DataFrame,
    synthetic: pl.DataFrame,
    holdout: pl.DataFrame | None = None,
    *,
    columns: TextColumns,
    seed: int,
    settings: ReportSettings | None = None,
) -> Report:
    """
    The report on a synthetic table of texts.

    Args:
        real: The texts that were learnt from.
        synthetic: The texts to judge; the label may be missing.
        holdout: Real texts that were not learnt from. Without them privacy cannot be judged.

    Returns:
        The same for the same tables, seed and version. It has no columns: a text has no distribution to draw.

    Raises:
        MetadataError: if a table lacks a column, or the texts are none.
    """
    settings = settings or ReportSettings()
    comparison = TextComparison(real, holdout, synthetic, columns.text, columns.label, seed)
    figures = {name: figure for room in rooms() for name, figure in measured(comparison, room).items()}
    sides = _graded(figures)
    learning = learnt(figures["utility.tstr_f1"])
    return Report(
        verdict=spoken("texts", worst(sides, "fidelity"), learning, worst(sides, "privacy")),
        figures=figures,
        columns=(),
        facts=_facts(comparison, settings),
        notes=(*settings.notes, *comparison.notes()),
        gate=judge(settings.gate, figures, standard(sides, figures)),
    )


def _graded(figures: Mapping[str, Figure]) -> dict[str, Side]:
    """
    Fidelity by what classifiers tell, privacy by whole copies and by copied phrases.

    The floor of `c2st_svd` is no excuse: its directions are those of train, which stands out where it is small.
    """
    matter = figures["fidelity.c2st_svd"]
    told = {f"fidelity.c2st_{name}": figures[f"fidelity.c2st_{name}"] for name in ("word", "char")}
    told |= {name: figures[name] for name in ("fidelity.c2st_emb",) if name in figures}
    told["fidelity.c2st_svd"] = replace(matter, floor=None if matter.floor is None else 0.5)
    copied = [f"privacy.{name}" for name in ("copies", "shingles")]
    return {
        **{name: above_floor(figure, 0.5, C2ST) for name, figure in told.items()},
        **{name: surely_above_floor(figures[name], COPIES) for name in copied},
    }


def _facts(comparison: TextComparison, settings: ReportSettings) -> dict[str, Any]:
    return {
        "kind": "texts",
        "n_train": comparison.train.height,
        "n_holdout": 0 if comparison.holdout is None else comparison.holdout.height,
        "n_synthetic": comparison.synthetic.height,
        "n_columns": 1 if comparison.label is None else 2,
        "n_texts_compared": 0 if comparison.sides is None else len(comparison.sides.synthetic),
        "vectors": ["TF-IDF and SVD of 100 directions", *([model.MODEL] if model.installed() else [])],
        "min_level_rows": settings.min_level_rows,
        "seed": comparison.seed,
        "settings": dict(settings.settings),
        "versions": versions("scipy"),
    }
