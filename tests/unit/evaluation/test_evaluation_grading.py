from lookalike.evaluation import Figure
from lookalike.evaluation.grading import UNKNOWN, above_floor, spoken, surely_above_floor, worst
from lookalike.evaluation.verdict import Grade, Scale, Side

FIGURE = Figure(0.6, 0.3, "half", "M.", interval=(0.35, 0.8))


def test_a_floor_below_the_least_counts_as_the_least() -> None:
    """A floor below what fresh rows have by definition makes nothing worse."""
    assert Grade.GOOD is above_floor(FIGURE, 0.5, Scale(0.1, 0.25)).grade
    assert Grade.POOR is above_floor(FIGURE, 0.0, Scale(0.1, 0.25)).grade


def test_chance_is_not_held_against_a_figure() -> None:
    """Only what the whole interval is above the floor counts."""
    assert Grade.FAIR is surely_above_floor(FIGURE, Scale(0.01, 0.1)).grade


def test_the_unknown_is_said() -> None:
    """Without a value the grade is unknown; the worst is of what is known."""
    nothing = Figure(None, None, "half", "M.", "Note.")

    assert Grade.UNKNOWN is above_floor(nothing, 0.5, Scale(0.1, 0.2)).grade
    assert Grade.UNKNOWN is surely_above_floor(nothing, Scale(0.1, 0.2)).grade
    assert Grade.UNKNOWN is worst({"fidelity.a": UNKNOWN, "privacy.a": Side(Grade.GOOD, 1.0)}, "fidelity").grade


def test_the_worst_of_a_family_counts() -> None:
    """The worst is of what is known of the family asked for."""
    graded = (Side(Grade.GOOD, 0.9), UNKNOWN, Side(Grade.FAIR, 0.5), Side(Grade.POOR, 0.1))
    sides = dict(zip(("fidelity.a", "fidelity.b", "fidelity.c", "privacy.a"), graded, strict=True))

    assert Grade.FAIR is worst(sides, "fidelity").grade


def test_the_sentence_names_what_was_judged() -> None:
    """The sentence speaks of sequences, or of texts."""
    assert "The synthetic texts are easily told" in spoken("texts", Side(Grade.POOR, 0.1), UNKNOWN, UNKNOWN).sentence
