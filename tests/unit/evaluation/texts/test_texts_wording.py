import pytest

from lookalike.evaluation import Figure
from lookalike.evaluation.grading import UNKNOWN
from lookalike.evaluation.texts.wording import Plain, Sides, plainest, worded
from lookalike.evaluation.verdict import Grade, Side

GOOD, FAIR, POOR = Side(Grade.GOOD, 0.9), Side(Grade.FAIR, 0.5), Side(Grade.POOR, 0.1)
TOLD = Figure(0.83, 0.52, "half", "Meaning.")
TEXTLESS = Figure(0.3, 0.0, "lower", "Meaning.", details={"train": 0.1, "synthetic": 0.4})
PLAIN = Plain(TOLD, TEXTLESS, GOOD)


def test_how_far_texts_are() -> None:
    """The share of pairs in which a classifier is right stands beside that of real texts."""
    said = worded(Sides(FAIR, UNKNOWN, GOOD), None, PLAIN, whole=False).sentence

    assert "a classifier picks 83 in 100, other real ones 52, chance 50" in said


@pytest.mark.parametrize(
    ("texts", "rows", "grade"),
    [
        (GOOD, GOOD, Grade.GOOD),
        (GOOD, POOR, Grade.POOR),
        (FAIR, GOOD, Grade.FAIR),
        (UNKNOWN, GOOD, Grade.UNKNOWN),
        (GOOD, UNKNOWN, Grade.UNKNOWN),
        (UNKNOWN, POOR, Grade.POOR),
    ],
)
def test_the_worse_of_texts_and_rows(texts: Side, rows: Side, grade: Grade) -> None:
    """What is unknown of one is not covered by what is good of the other, in fidelity and in privacy."""
    told = worded(Sides(texts, UNKNOWN, texts), Sides(rows, UNKNOWN, rows), PLAIN, whole=True)

    assert (grade, grade) == (told.fidelity.grade, told.privacy.grade)


def test_privacy_of_rows_counts_for_whole_tables_only() -> None:
    """Columns that say what texts are about are not judged by it."""
    rows = Sides(GOOD, UNKNOWN, UNKNOWN)

    assert Grade.GOOD is worded(Sides(GOOD, GOOD, GOOD), rows, PLAIN, whole=False).privacy.grade


def test_missing_texts_are_told_where_they_matter() -> None:
    """How many have none, and how many of the real ones; then fidelity is no better than that."""
    told = worded(Sides(GOOD, GOOD, GOOD), None, Plain(TOLD, TEXTLESS, POOR), whole=False)

    assert "40% of the records have no text, of the real ones 10%" in told.sentence
    assert Grade.POOR is told.fidelity.grade


def test_too_few_texts() -> None:
    """The sentence says so, whatever is known of missing ones."""
    told = worded(Sides(UNKNOWN, UNKNOWN, UNKNOWN), None, Plain(None, TEXTLESS, GOOD), whole=False)

    assert told.sentence.startswith("There are too few texts")
    assert Grade.UNKNOWN is told.fidelity.grade


def test_the_plainest_classifier() -> None:
    """The one whose side is the worst, of those that are known."""
    figures = {f"fidelity.c2st_{name}": Figure(value, 0.5, "half", "M.") for name, value in (("a", 0.6), ("b", 0.9))}
    sides = {"fidelity.c2st_a": GOOD, "fidelity.c2st_b": POOR, "privacy.x": POOR}

    assert figures["fidelity.c2st_b"] == plainest(sides, figures)
    assert plainest({}, figures) is None
