from lookalike.evaluation.sequences.fidelity.c2st_trans import metric


def test_fresh_steps_cannot_be_told_apart(panel) -> None:
    """Consecutive rows of the same source are at 0.5, to within chance."""
    figure = metric(panel)

    assert abs(figure.value - 0.5) < 0.08
    assert abs(figure.floor - 0.5) < 0.08


def test_steps_between_strangers_are_told(shuffled) -> None:
    """Right rows in random order have wrong steps."""
    assert metric(shuffled).value > 0.8


def test_a_series_is_held_against_itself(one) -> None:
    """The floor of one series is of its own stretches: half against half."""
    assert abs(metric(one).floor - 0.5) < 0.1
