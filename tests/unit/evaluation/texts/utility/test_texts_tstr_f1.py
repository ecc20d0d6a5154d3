from dataclasses import replace

import numpy as np

from lookalike.evaluation.texts.utility.tstr_f1 import f1, metric


def test_fresh_texts_teach_as_well(fair) -> None:
    """Texts of the same source teach labels as well as train does."""
    figure = metric(fair)

    assert figure.floor > 0.95
    assert abs(figure.value - figure.floor) < 0.05


def test_wrong_labels_teach_nothing(shuffled) -> None:
    """Labels of other texts are no better than guessing one of three."""
    assert metric(shuffled).value < 0.55


def test_without_labels_it_is_not_judged(fair) -> None:
    """No label column, or none in the synthetic table, gives no value, and the note says so."""
    for comparison in (replace(fair, label=None), replace(fair, synthetic=fair.synthetic.drop("about"))):
        figure = metric(comparison)

        assert figure.value is None
        assert "labels" in figure.note


def test_f1_is_the_mean_over_the_labels() -> None:
    """Twice the hits in the sum of what is there and guessed; labels of neither count for nothing."""
    right, guessed = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])

    assert abs((2 / 3 + 4 / 5) / 2 - f1(right, guessed, 3)) < 1e-12
