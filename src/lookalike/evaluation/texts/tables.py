"""The report on a table of texts whose columns' roles are known: one column of texts is judged, with its label."""

from dataclasses import replace

import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.texts.roles import find_label
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.texts.report import TextColumns, evaluate_texts

MAX_ROWS = 65_536  # of those drawn: more are not looked at


def evaluate_text_table(
    tables: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    *,
    metadata: Metadata,
    parameters: TextParameters,
    seed: int,
    settings: ReportSettings,
) -> Report:
    """
    The report on the first of the text columns; a note names what else there is and is not judged.

    Args:
        tables: The rows that the model was fitted to, those drawn, and those held back, perhaps none.
        parameters: They name the text columns and the attributes, as told or found; the label is the rightmost one of
            the attributes that has few enough levels.
        seed: That of the fit.
    """
    text, *other = parameters.text_columns or ()
    train, synthetic, holdout = tables
    label = find_label(train, metadata, text, parameters.attributes or ())
    train, synthetic, holdout = (
        _looked_at(t, text, label) for t in (learnt_from(train, parameters.fit_rows, seed), synthetic, holdout)
    )
    beside = [name for name in metadata.names if name not in (text, label, *other)]
    notes = (*_told(other, "Texts not judged"), *_told(beside, "Columns beside the texts, not judged"))
    return evaluate_texts(
        train,
        synthetic,
        holdout if holdout.height else None,
        columns=TextColumns(text, label),
        seed=seed,
        settings=replace(settings, notes=(*settings.notes, *notes)),
    )


def _looked_at(table: pl.DataFrame, text: str, label: str | None) -> pl.DataFrame:
    return table.select(pl.col(text).cast(pl.String), *([] if label is None else [label]))


def _told(names: list[str], what: str) -> list[str]:
    quoted = ", ".join(f"'{name}'" for name in names)
    return [f"{what}: {quoted}. Judge them by themselves with evaluate."] if names else []
