from lookalike.evaluation.texts.fidelity.c2st_word import metric


def test_fresh_texts_cannot_be_told_apart(fair) -> None:
    """Texts of the same source are at 0.5, value and floor, to within chance."""
    figure = metric(fair)

    assert abs(figure.value - 0.5) < 0.08
    assert abs(figure.floor - 0.5) < 0.08
    assert figure.interval[0] < 0.55


def test_words_out_of_order_are_told(shuffled) -> None:
    """The right words in any order make runs that real texts have not."""
    assert metric(shuffled).value > 0.9
