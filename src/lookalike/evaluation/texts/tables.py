"""Reports on tables some columns of which hold texts: what the columns are for is known, or told by their types."""

from collections.abc import Sequence

import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.parameters import TextParameters
from lookalike.data.texts.roles import find_label
from lookalike.evaluation.report import Report, ReportSettings, evaluate_tables
from lookalike.evaluation.texts.beside import Beside
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
    The report on all text columns, and on the columns beside them.

    Args:
        tables: The rows that the model was fitted to, those drawn, and those held back, perhaps none.
        parameters: They name the text columns and the attributes, as told or found; the label is the rightmost one of
            the attributes that has few enough levels.
        seed: That of the fit.
    """
    text, *more = parameters.text_columns or ()
    train, synthetic, holdout = (_as_texts(table, (text, *more)) for table in tables)
    label = find_label(train, metadata, text, parameters.attributes or ())
    columns = TextColumns(text, label, tuple(more), Beside(metadata, whole=False))
    real, held = learnt_from(train, parameters.fit_rows, seed), holdout if holdout.height else None
    return evaluate_texts(real, synthetic, held, columns=columns, seed=seed, settings=settings)


def evaluate_table(
    real: pl.DataFrame,
    synthetic: pl.DataFrame,
    holdout: pl.DataFrame | None = None,
    *,
    metadata: Metadata,
    seed: int,
    settings: ReportSettings,
) -> Report:
    """
    The report on a synthetic table: as `evaluate_tables`, and of its columns of type TEXT as `evaluate_texts`.

    Texts have the target for a label, if it has few enough levels; else the rightmost column that has.

    Raises:
        MetadataError: as both.
    """
    texts = [c.name for c in metadata.columns if c.type is ColumnType.TEXT]
    if not texts:
        return evaluate_tables(real, synthetic, holdout, metadata=metadata, seed=seed, settings=settings)
    able = [c.name for c in metadata.columns if c.name not in texts]
    label = find_label(real, metadata, texts[0], able if settings.target is None else [settings.target])
    columns = TextColumns(texts[0], label, tuple(texts[1:]), Beside(metadata, whole=True))
    held = None if holdout is None else _as_texts(holdout, texts)
    tables = (_as_texts(real, texts), _as_texts(synthetic, texts), held)
    return evaluate_texts(*tables, columns=columns, seed=seed, settings=settings)


def _as_texts(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return table.with_columns(pl.col(names).cast(pl.String))
