from lookalike.evaluation import Figure
from lookalike.evaluation.grading import UNKNOWN
from lookalike.evaluation.texts.joining import excess, joined, worst_sides
from lookalike.evaluation.verdict import Grade, Side


def figure(value: float | None, floor: float | None, direction: str = "lower") -> Figure:
    return Figure(value, floor, direction, "Meaning.")


def test_one_column_is_as_it_is() -> None:
    """Nothing is added to its figures."""
    only = {"fidelity.x": figure(0.3, 0.1)}

    assert only == joined({"a": only})


def test_the_worst_is_furthest_above_its_floor() -> None:
    """Not the one with the largest value; all columns stand in the details."""
    found = joined({"a": {"x": figure(0.9, 0.9)}, "b": {"x": figure(0.5, 0.1)}, "c": {"x": figure(None, None)}})["x"]

    assert (0.5, "b") == (found.value, found.details["column"])
    assert "Of 'b', the worst of 2 columns of texts. Not judged of 'c'." == found.note
    assert {"column": "a", "value": 0.9, "floor": 0.9} == found.details["by_text"][0]


def test_what_no_column_has() -> None:
    """A figure that could not be judged of any column has no value, and the note of the first."""
    told = Figure(None, None, "lower", "Meaning.", "Too few.")
    found = joined({"a": {"x": told}, "b": {"x": told}})["x"]

    assert (None, "Too few.") == (found.value, found.note)


def test_excess_by_direction() -> None:
    """Worse is more, less, further from the floor, or easier told, as a figure's direction says."""
    assert 0.25 == excess(figure(0.5, 0.25, "lower"))
    assert 0.25 == excess(figure(0.5, 0.75, "higher"))
    assert 0.25 == excess(figure(0.75, 0.25, "half"))
    assert 0.25 == excess(figure(0.5, 0.75, "floor"))
    assert 0.5 == excess(figure(0.5, None, "higher"))


def test_the_worst_side_of_each_figure() -> None:
    """Columns of which a figure is unknown say nothing."""
    good, poor = Side(Grade.GOOD, 0.9), Side(Grade.POOR, 0.1)

    assert {"x": poor, "y": good, "z": UNKNOWN} == worst_sides(
        {"a": {"x": good, "y": UNKNOWN, "z": UNKNOWN}, "b": {"x": poor, "y": good, "z": UNKNOWN}}
    )
