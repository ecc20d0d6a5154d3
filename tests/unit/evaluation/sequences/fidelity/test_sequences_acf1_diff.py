from lookalike.evaluation.sequences.fidelity.acf1_diff import metric


def test_fresh_sequences_are_at_the_floor(panel) -> None:
    """The first autocorrelation of the same source is as far as that of held-back sequences."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.1


def test_order_matters(shuffled, copied) -> None:
    """Rows in random order hardly depend on the one before; a copy does as train does."""
    assert metric(shuffled).value > 0.5
    assert 0 == metric(copied).value
