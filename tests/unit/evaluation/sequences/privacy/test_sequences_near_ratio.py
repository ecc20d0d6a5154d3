from lookalike.evaluation.sequences.privacy.near_ratio import metric


def test_fresh_windows_are_as_far_as_fresh_ones(panel, one) -> None:
    """Windows of the same source are about 1 away, in the distance of held-back ones."""
    for comparison in (panel, one):
        figure = metric(comparison)

        assert 1 == figure.floor
        assert abs(figure.value - 1) < 0.1
        assert figure.interval[0] < 1 < figure.interval[1] + 0.1


def test_copies_are_at_zero(copied) -> None:
    """A copy has no distance to train."""
    assert 0 == metric(copied).value
