from lookalike.evaluation.sequences.fidelity.c2st_seq import metric


def test_fresh_sequences_cannot_be_told_apart(panel) -> None:
    """Sequences of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(panel)

    assert abs(figure.value - 0.5) < 0.1
    assert figure.interval[0] < 0.5 < figure.interval[1]
    assert abs(figure.floor - 0.5) < 0.1


def test_rows_in_the_wrong_sequence_are_told(shuffled) -> None:
    """Right rows in random order make sequences that are easily told apart."""
    assert metric(shuffled).value > 0.95


def test_a_series_has_no_sequences(one) -> None:
    """One series is not judged by this figure, and the note says so."""
    figure = metric(one)

    assert figure.value is None
    assert "one series" in figure.note
