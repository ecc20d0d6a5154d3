"""What every figure of a report is, whatever it measures."""

from lookalike.evaluation import Figure


def faults(figure: Figure) -> list[str]:
    """What is wrong with a figure: a number out of bounds, an interval turned round, no word on a missing value."""
    low, high = figure.bounds
    numbers = {"value": figure.value, "floor": figure.floor}
    numbers |= dict(zip(("low", "high"), figure.interval or (), strict=False))
    found = [name for name, number in numbers.items() if number is not None and not low <= number <= high]
    if figure.interval is not None and not figure.interval[0] <= figure.interval[1]:
        found.append("interval")
    return found + (["no note"] if figure.value is None and not figure.note else [])
