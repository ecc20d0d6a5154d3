"""Tables of texts with columns beside them, judged."""

from typing import Any

import polars as pl

from lookalike.data.inference import infer
from lookalike.data.parameters import TextParameters, checked
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.texts.tables import evaluate_text_table
from questions import questions


def with_more(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(answer=pl.col("text").str.reverse(), n=pl.int_range(pl.len()))


def report(n_holdout: int = 200, **told: Any) -> Report:
    parameters = checked(TextParameters, {"text_columns": ["text", "answer"], "attributes": ["about"], **told})
    train, synthetic, holdout = (with_more(questions(n, seed)) for n, seed in ((600, 1), (400, 3), (n_holdout, 2)))
    tables = (train, synthetic, holdout)
    metadata = infer(train, textual=False, columns=parameters.told_columns)[1]
    return evaluate_text_table(
        tables, metadata=metadata, parameters=parameters, seed=7, settings=ReportSettings(notes=("before",))
    )


def test_the_first_texts_are_judged_with_their_label() -> None:
    """What is not judged is named after the notes there were; there are figures of texts, and of what is learnt."""
    judged = report()

    assert (
        "before",
        "Texts not judged: 'answer'. Judge them by themselves with evaluate.",
        "Columns beside the texts, not judged: 'n'. Judge them by themselves with evaluate.",
    ) == judged.notes[:3]
    assert judged.figures["utility.tstr_f1"].value is not None
    assert judged.figures["privacy.copies"].value is not None


def test_without_attributes_there_is_no_label() -> None:
    """And the column that could have been one is named among those not judged."""
    judged = report(attributes=[])

    assert judged.figures["utility.tstr_f1"].value is None
    assert any("'about', 'n'" in note for note in judged.notes)


def test_without_holdout_privacy_is_not_judged() -> None:
    """As of all texts."""

    assert report(0).figures["privacy.copies"].value is None


def test_what_was_learnt_from_is_what_is_compared() -> None:
    """Of a table of which a part was learnt from, that part is train."""

    assert (100, 600) == tuple(report(**told).facts["n_train"] for told in ({"fit_rows": 100}, {}))
