from lookalike.evaluation.sequences.fidelity.trans_tvd import metric


def test_fresh_changes_are_at_the_floor(panel, copied) -> None:
    """Changes of the same source are as far as held-back ones, those of a copy at 0."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.05
    assert 0 == metric(copied).value


def test_moods_that_jump_are_far(shuffled) -> None:
    """Levels in random order change too often."""
    assert metric(shuffled).value > 0.2
