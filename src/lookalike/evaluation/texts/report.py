"""The report on synthetic texts and the columns beside them: every figure beside its floor, and one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import polars as pl

from lookalike.evaluation import FAMILIES, Figure, measured
from lookalike.evaluation.gate import Gate, judge
from lookalike.evaluation.grading import above_floor, poor, standard, surely_above_floor, worst
from lookalike.evaluation.report import Report, ReportSettings, column_reports, facts, left_out, versions
from lookalike.evaluation.texts.beside import Beside, Rows, rows
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.embedded import model
from lookalike.evaluation.texts.joining import ByColumn, joined, worst_sides
from lookalike.evaluation.texts.wording import Plain, Sides, plainest, worded
from lookalike.evaluation.verdict import C2ST, PAIRS, Scale, Side, Verdict, learnt

ROOM = "lookalike.evaluation.texts"
SHAPES, TEXTLESS = "fidelity.column_shapes", "fidelity.textless"
COPIES = Scale(0.01, 0.05)  # share copied above that of fresh real texts, beyond chance


def rooms() -> tuple[str, ...]:
    """Where the metrics are: those of embeddings only where the extra is installed."""
    return (ROOM, f"{ROOM}.embedded") if model.installed() else (ROOM,)


@dataclass(frozen=True)
class TextColumns:
    """
    What columns are for.

    Attributes:
        text: A column of texts.
        label: The column that says of what kind each is; None: there is none.
        more: Other columns of texts.
        beside: All columns, of which those that are neither texts nor made up are judged too; None: none is.
    """

    text: str
    label: str | None = None
    more: tuple[str, ...] = ()
    beside: Beside | None = None


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
    The report on a synthetic table of texts, and on the columns beside them.

    Args:
        real: The texts that were learnt from.
        synthetic: The texts to judge; the label may be missing where nothing beside the texts is judged.
        holdout: Real texts that were not learnt from. Without them privacy cannot be judged.

    Returns:
        The same for the same tables, seed and version. Its columns are those beside the texts: a text has no
        distribution to draw. Of several columns of texts each figure is that of the worst, see `joining`.

    Raises:
        MetadataError: if a table lacks a column, or the texts are none.
    """
    settings, tables = settings or ReportSettings(), (real, holdout, synthetic)
    beside = None if columns.beside is None else rows(tables, columns.beside, seed, settings)
    compared = {
        text: TextComparison(*tables, text, None if columns.label == text else columns.label, seed)
        for text in (columns.text, *columns.more)
    }
    by_column = {text: _measured(comparison) for text, comparison in compared.items()}
    figures = joined(by_column)
    return Report(
        verdict=_verdict(by_column, figures, beside),
        figures={**({} if beside is None else beside.figures), **figures},
        columns=() if beside is None else column_reports(beside.comparison, beside.figures[SHAPES]),
        facts=_facts(compared, beside, settings),
        notes=_notes(compared, columns, beside, settings),
        gate=_gate(by_column, figures, beside, settings),
    )


def _measured(comparison: TextComparison) -> dict[str, Figure]:
    return {name: figure for room in rooms() for name, figure in measured(comparison, room).items()}


def _verdict(by_column: ByColumn, figures: Mapping[str, Figure], beside: Rows | None) -> Verdict:
    sides = _sides(by_column)
    lacking = sides.pop(TEXTLESS)
    texts = Sides(*(worst(sides, family) for family in FAMILIES))
    of_rows = None if beside is None else Sides(*beside.sides)
    plain = Plain(plainest(sides, figures), figures[TEXTLESS], lacking)
    return worded(texts, of_rows, plain, whole=beside is not None and beside.whole)


def _sides(by_column: ByColumn) -> dict[str, Side]:
    return worst_sides({text: _graded(figures) for text, figures in by_column.items()})


def _gate(
    by_column: ByColumn, figures: Mapping[str, Figure], beside: Rows | None, settings: ReportSettings
) -> Gate | None:
    every = {**({} if beside is None else beside.figures), **figures}
    sides = _sides(by_column)
    lacking = {TEXTLESS: sides.pop(TEXTLESS)}
    failures = chain(() if beside is None else beside.failures, standard(sides, figures), poor(lacking, figures))
    return judge(settings.gate, every, failures)


def _graded(figures: Mapping[str, Figure]) -> dict[str, Side]:
    """
    Fidelity by what classifiers tell and by missing texts, utility by what one learns, privacy by copies of whole texts
    and of phrases.

    The floor of `c2st_svd` is no excuse: its directions are those of train, which stands out where it is small.
    """
    matter = figures["fidelity.c2st_svd"]
    told = {f"fidelity.c2st_{name}": figures[f"fidelity.c2st_{name}"] for name in ("word", "char")}
    told |= {name: figures[name] for name in ("fidelity.c2st_emb",) if name in figures}
    told["fidelity.c2st_svd"] = replace(matter, floor=None if matter.floor is None else 0.5)
    copied = [f"privacy.{name}" for name in ("text_copies", "shingles")]
    return {
        **{name: above_floor(figure, 0.5, C2ST) for name, figure in told.items()},
        **{name: surely_above_floor(figures[name], COPIES) for name in copied},
        TEXTLESS: surely_above_floor(figures[TEXTLESS], PAIRS),
        "utility.tstr_f1": learnt(figures["utility.tstr_f1"]),
    }


def _facts(compared: Mapping[str, TextComparison], beside: Rows | None, settings: ReportSettings) -> dict[str, Any]:
    first = next(iter(compared.values()))
    others = {c.label for c in compared.values() if c.label is not None} if beside is None else set()
    n_texts = [0 if c.sides is None else len(c.sides.synthetic) for c in compared.values()]
    return {
        "n_train": first.train.height,
        "n_holdout": 0 if first.holdout is None else first.holdout.height,
        "n_synthetic": first.synthetic.height,
        "min_level_rows": settings.min_level_rows,
        "seed": first.seed,
        "settings": dict(settings.settings),
        **({} if beside is None else facts(beside.comparison, settings)),
        "kind": "rows and texts" if beside is not None and beside.whole else "texts",
        "text_columns": list(compared),
        "n_columns": len(compared) + (len(others) if beside is None else len(beside.comparison.metadata.columns)),
        "n_texts_compared": n_texts[0] if len(n_texts) == 1 else n_texts,
        "vectors": ["TF-IDF and SVD of 100 directions", *([model.MODEL] if model.installed() else [])],
        "versions": versions("scipy"),
    }


def _notes(
    compared: Mapping[str, TextComparison], columns: TextColumns, beside: Rows | None, settings: ReportSettings
) -> tuple[str, ...]:
    """What the caller had to say, which columns are not compared, and what limits the figures of texts and of rows."""
    told = () if columns.beside is None else left_out(columns.beside.metadata)
    of_texts = [
        f"Column '{text}': {note}" if len(compared) > 1 or beside is not None else note
        for text, comparison in compared.items()
        for note in comparison.notes()
    ]
    return (*settings.notes, *told, *(() if beside is None else beside.comparison.notes()), *of_texts)
