from lookalike.evaluation.sequences.fidelity.ks_diff import metric


def test_fresh_steps_are_at_the_floor(panel) -> None:
    """Steps of the same source are as far as held-back ones."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.05


def test_steps_between_strangers_are_far(shuffled, copied) -> None:
    """The right values in random order have much larger steps; a copy has the same."""
    assert metric(shuffled).value > 0.15
    assert 0 == metric(copied).value
