import numpy as np
import pytest

from lookalike.evaluation import Figure
from lookalike.evaluation.verdict import Grade, verdict


def _c2st(value: float | None, floor: float | None = 0.5, n_rows: int = 5_000) -> dict[str, Figure]:
    return {"fidelity.c2st": Figure(value, floor, "half", "", details={"n_rows": n_rows})}


def _dcr(leak: float, leak_error: float = 0.02) -> dict[str, Figure]:
    details = {"leak": leak, "leak_error": leak_error}
    return {"privacy.dcr_share": Figure(0.5, 0.5, "half", "", details=details)}


@pytest.mark.parametrize(("auc", "grade"), [(0.45, "good"), (0.6, "good"), (0.7, "fair"), (0.99, "poor")])
def test_fidelity_goes_by_the_classifier(auc: float, grade: str) -> None:
    """The further the AUC is above its floor, the poorer the fidelity."""
    assert grade == verdict(_c2st(auc)).fidelity.grade


def test_a_high_floor_excuses() -> None:
    """What fresh real rows do as well is no fault of the synthetic ones."""
    assert Grade.GOOD is verdict(_c2st(0.7, 0.65)).fidelity.grade


def test_pairs_stand_in_for_the_classifier() -> None:
    """Where no classifier could be trained, pairs of columns decide; without any floor nothing does."""
    pairs = {"fidelity.pair_distances": Figure(0.3, 0.1, "lower", "")}

    assert Grade.POOR is verdict({**_c2st(None, None), **pairs}).fidelity.grade
    assert Grade.UNKNOWN is verdict(_c2st(0.5, None)).fidelity.grade


@pytest.mark.parametrize(
    ("leak", "grade"), [(-0.1, "good"), (0.07, "good"), (0.14, "fair"), (0.2, "poor"), (1.0, "poor")]
)
def test_privacy_goes_by_nearness(leak: float, grade: str) -> None:
    """Beyond what chance does, the more the rows lean, the poorer the privacy."""
    assert grade == verdict(_dcr(leak)).privacy.grade


def test_a_blunt_test_clears_nobody() -> None:
    """Where chance alone goes half the way to a copy, no leaning says nothing."""
    assert Grade.UNKNOWN is verdict(_dcr(0.0, 0.3)).privacy.grade


def test_the_sentence_says_how_little_it_rests_on() -> None:
    """With few rows the sentence begins with their number."""
    sentence = verdict({**_c2st(0.5, n_rows=80), **_dcr(0.0)}).sentence

    assert sentence.startswith("As far as 80 rows can show, the synthetic rows are hard to tell")
    assert sentence.endswith(".")


def _tstr(value: float | None) -> dict[str, Figure]:
    return {"utility.tstr": Figure(value, 0.9, "higher", "", interval=value and (value - 0.02, value + 0.02))}


@pytest.mark.parametrize(
    ("auc", "grade"), [(0.95, "good"), (0.88, "good"), (0.83, "fair"), (0.7, "poor"), (None, "unknown")]
)
def test_utility_goes_by_what_can_be_learnt(auc: float | None, grade: str) -> None:
    """The less a model learns from synthetic rows than from real ones, the poorer the utility."""
    assert grade == verdict(_tstr(auc)).utility.grade


def test_scores_fall_as_figures_worsen() -> None:
    """A score is 1 at fresh real rows, 2/3 and 1/3 where good and fair end, and falls towards 0; its band holds it."""
    aucs = np.linspace(0.4, 1.0, 61)
    scores = [verdict(_c2st(auc)).fidelity.score for auc in aucs]
    sides = [verdict(_tstr(auc)).utility for auc in np.linspace(0.5, 1.0, 51)]

    assert sorted(scores, reverse=True) == scores
    assert [1.0, 2 / 3, 1 / 3] == pytest.approx([scores[10], scores[20], scores[35]])
    assert 0 < scores[-1] < 1 / 3
    assert all(side.band[0] <= side.score <= side.band[1] for side in sides)


def test_a_privacy_score_is_that_of_its_grade() -> None:
    """The score stands where the grade does, whatever chance does; its band reaches down from there."""
    side = verdict(_dcr(0.1, 0.02)).privacy

    assert Grade.FAIR is side.grade
    assert 1 / 3 < side.score == side.band[1] < 2 / 3
    assert side.band[0] < side.score


def test_all_is_well() -> None:
    """Where all is well the sentence says so in one breath; where not, side by side."""
    well = verdict({**_c2st(0.5), **_tstr(0.9), **_dcr(0.0)}).sentence
    not_so = verdict({**_c2st(0.99), **_tstr(0.9), **_dcr(0.0)}).sentence

    assert "real rows, models learn from them as well as from real rows, and they stand no nearer" in well
    assert "easily told from real rows; models learn" in not_so
