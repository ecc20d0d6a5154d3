"""Tables of texts with columns beside them, judged."""

from typing import Any

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters, TextParameters, checked
from lookalike.evaluation.report import Report, ReportSettings, evaluate_tables
from lookalike.evaluation.texts.tables import evaluate_table, evaluate_text_table
from lookalike.evaluation.verdict import Grade
from questions import questions

TOLD = {"columns": {"text": {"type": "text"}, "answer": {"type": "text"}}}
SETTINGS = ReportSettings(notes=("before",), gate="standard")


def with_more(table: pl.DataFrame) -> pl.DataFrame:
    reverse = pl.col("text").str.reverse()
    key = pl.format("T-{}", pl.int_range(pl.len()) + 4_000)
    return table.with_columns(answer=reverse, n=pl.col("text").str.len_chars() // 4, key=key)


def tables(n_holdout: int = 200) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    train, synthetic, holdout = (with_more(questions(n, seed)) for n, seed in ((600, 1), (400, 3), (n_holdout, 2)))
    return train, synthetic, holdout


def known(**told: Any) -> Metadata:
    parameters = checked(TabularParameters, told)
    return infer(tables()[0], textual=False, columns=parameters.told_columns)[1]


def report(n_holdout: int = 200, **told: Any) -> Report:
    parameters = checked(TextParameters, {"text_columns": ["text", "answer"], "attributes": ["about"], **told})
    return evaluate_text_table(
        tables(n_holdout), metadata=known(**TOLD), parameters=parameters, seed=7, settings=SETTINGS
    )


def as_table(synthetic: pl.DataFrame, n_holdout: int = 200, **told: Any) -> Report:
    train, _, holdout = tables(n_holdout)
    settings = ReportSettings(gate="standard", **told)
    held = holdout if n_holdout else None
    return evaluate_table(train, synthetic, held, metadata=known(**TOLD), seed=7, settings=settings)


@pytest.fixture(scope="module")
def fresh() -> Report:
    return report()


def test_all_texts_and_the_columns_beside_them_are_judged(fresh: Report) -> None:
    """Texts by their figures, each that of the worst column; others by those of columns and pairs; keys by none."""
    of_texts = fresh.figures["fidelity.c2st_word"].details["by_text"]

    assert ["text", "answer"] == [row["column"] for row in of_texts]
    assert ["about", "n"] == [column.name for column in fresh.columns]
    assert fresh.figures["utility.tstr_f1"].value is not None
    assert fresh.figures["privacy.text_copies"].value is not None
    assert fresh.figures["fidelity.pair_distances"].value is not None
    assert "privacy.dcr_share" not in fresh.figures
    assert ("before", "Made-up columns are not compared: 'key'.") == fresh.notes[:2]


def test_fresh_texts_are_good(fresh: Report) -> None:
    """The sentence says of texts and of columns that they are near, and the gate lets them pass."""
    assert (Grade.GOOD, Grade.GOOD) == (fresh.verdict.fidelity.grade, fresh.verdict.privacy.grade)
    assert "columns beside them are hard to tell" in fresh.verdict.sentence
    assert fresh.gate is not None
    assert () == fresh.gate.failures


def test_the_page_has_every_column_of_texts(fresh: Report) -> None:
    """And not a single text."""
    page = fresh.to_html()

    assert '<th scope="col">answer</th>' in page
    assert [] == [text for table in tables() for text in table["text"] if text in page]


def test_without_attributes_there_is_no_label() -> None:
    """Then nothing is learnt from texts, though the columns are judged."""
    judged = report(attributes=[])

    assert judged.figures["utility.tstr_f1"].value is None
    assert judged.figures["fidelity.column_shapes"].value is not None


def test_without_holdout_privacy_is_not_judged() -> None:
    """As of all texts."""
    judged = report(0)

    assert judged.figures["privacy.text_copies"].value is None
    assert Grade.UNKNOWN is judged.verdict.privacy.grade


def test_what_was_learnt_from_is_what_is_compared() -> None:
    """Of a table of which a part was learnt from, that part is train."""

    assert (100, 600) == tuple(report(**told).facts["n_train"] for told in ({"fit_rows": 100}, {}))


def test_a_table_with_texts_has_all_figures_of_tables_and_of_texts() -> None:
    """Fresh rows pass; facts say that it is about both."""
    judged = as_table(tables()[1])

    assert {"fidelity.c2st", "privacy.dcr_share", "privacy.copies", "privacy.text_copies"} <= set(judged.figures)
    assert "rows and texts" == judged.facts["kind"]
    assert ["text", "answer"] == judged.facts["text_columns"]
    assert Grade.GOOD is judged.verdict.fidelity.grade


def test_far_texts_beside_near_columns_are_told_apart() -> None:
    """The verdict is that of the worse, and the sentence says which is near and which is far, and how far."""
    far = tables()[1].with_columns(answer=pl.col("answer").str.to_uppercase() + " NO NO", text=pl.col("text") + " eh")
    judged = as_table(far)

    assert Grade.POOR is judged.verdict.fidelity.grade
    assert judged.verdict.sentence.startswith("The synthetic texts are easily told from real texts (out of pairs")
    assert "columns beside them are hard to tell" in judged.verdict.sentence
    assert judged.gate is not None
    assert any(failure.startswith("fidelity.c2st_word") for failure in judged.gate.failures)


def test_near_texts_beside_far_columns_are_told_apart() -> None:
    """And the other way round."""
    judged = as_table(tables()[1].with_columns(n=pl.lit(99)))

    assert Grade.POOR is judged.verdict.fidelity.grade
    assert "texts are hard to tell from fresh real texts" in judged.verdict.sentence
    assert "columns beside them are easily told" in judged.verdict.sentence


def test_a_copy_is_not_private() -> None:
    """Texts or rows that are those learnt from are not to be shared."""
    judged = as_table(tables()[0])

    assert Grade.POOR is judged.verdict.privacy.grade
    assert "do not share" in judged.verdict.sentence


def test_missing_texts_are_told() -> None:
    """Where many texts are missing that are not in the real rows the sentence says how many; the gate keeps them."""
    odd = pl.int_range(pl.len()) % 2 == 0
    judged = as_table(tables()[1].with_columns(answer=pl.when(odd).then("answer")))

    assert "50% of the records have no text, of the real ones 0%" in judged.verdict.sentence
    assert judged.gate is not None
    assert any(failure.startswith("fidelity.textless is 0.500") for failure in judged.gate.failures)


def test_texts_alone_are_a_table_too() -> None:
    """Without other columns there are the figures of texts only."""
    train, synthetic, holdout = (table.select("text") for table in tables())
    metadata = known(**TOLD).select(["text"])
    judged = evaluate_table(train, synthetic, holdout, metadata=metadata, seed=7, settings=ReportSettings())

    assert () == judged.columns
    assert "columns beside them" not in judged.verdict.sentence


def test_a_table_without_texts_is_as_it_was() -> None:
    """The same report as of tables."""
    metadata = known(columns={name: {"type": "categorical"} for name in ("text", "answer")}).select(["about", "n"])
    told: dict[str, Any] = {"metadata": metadata, "seed": 7, "settings": ReportSettings()}

    assert evaluate_tables(*tables(), **told).to_json() == evaluate_table(*tables(), **told).to_json()
