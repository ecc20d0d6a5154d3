import json

import polars as pl
import pytest

from lookalike.evaluation.report import ReportSettings
from lookalike.evaluation.texts.report import TextColumns, evaluate_texts
from lookalike.evaluation.verdict import Grade
from questions import questions

COLUMNS = TextColumns("text", "about")


@pytest.fixture(scope="module")
def report():
    settings = ReportSettings(notes=("Said before.",))
    return evaluate_texts(
        questions(400, 1), questions(300, 3), questions(300, 2), columns=COLUMNS, seed=7, settings=settings
    )


def test_fresh_texts_are_good_and_private(report) -> None:
    """Texts of the same source get the best grades."""
    assert (Grade.GOOD, Grade.GOOD) == (report.verdict.fidelity.grade, report.verdict.privacy.grade)
    assert report.verdict.sentence.startswith("The synthetic texts are hard to tell")


def test_json_and_page_hold_it(report) -> None:
    """The JSON form holds figures of three families, facts and notes, and no columns; the page shows them."""
    value = json.loads(report.to_json())

    assert {"fidelity", "utility", "privacy"} == {name.partition(".")[0] for name in value["figures"]}
    assert [] == value["columns"]
    assert 300 == value["facts"]["n_texts_compared"]
    assert "Said before." == value["notes"][0]
    assert "utility.tstr_f1" in report.to_html()


def test_a_copy_is_not_private() -> None:
    """Texts that are those of train get the worst grade, and the sentence says not to share them."""
    train = questions(200, 1)
    report = evaluate_texts(train, train, questions(150, 2), columns=COLUMNS, seed=7)

    assert Grade.POOR is report.verdict.privacy.grade
    assert "do not share" in report.verdict.sentence


def test_another_matter_is_not_faithful() -> None:
    """Texts of one of three kinds alone get the worst grade, although train itself stands out among its directions."""
    cards = questions(1_000, 3).filter(pl.col("about") == "card")
    report = evaluate_texts(questions(400, 1), cards, questions(300, 2), columns=COLUMNS, seed=7)

    assert Grade.POOR is report.verdict.fidelity.grade


def test_without_holdout_privacy_is_unknown() -> None:
    """Fidelity has the floor of halves, privacy none."""
    report = evaluate_texts(questions(300, 1), questions(200, 2), columns=COLUMNS, seed=7)

    assert Grade.UNKNOWN is report.verdict.privacy.grade
    assert Grade.GOOD is report.verdict.fidelity.grade
