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
    assert grade == verdict(_c2st(auc)).fidelity


def test_a_high_floor_excuses() -> None:
    """What fresh real rows do as well is no fault of the synthetic ones."""
    assert Grade.GOOD is verdict(_c2st(0.7, 0.65)).fidelity


def test_pairs_stand_in_for_the_classifier() -> None:
    """Where no classifier could be trained, pairs of columns decide; without any floor nothing does."""
    pairs = {"fidelity.pair_distances": Figure(0.3, 0.1, "lower", "")}

    assert Grade.POOR is verdict({**_c2st(None, None), **pairs}).fidelity
    assert Grade.UNKNOWN is verdict(_c2st(0.5, None)).fidelity


@pytest.mark.parametrize(
    ("leak", "grade"), [(-0.1, "good"), (0.07, "good"), (0.14, "fair"), (0.2, "poor"), (1.0, "poor")]
)
def test_privacy_goes_by_nearness(leak: float, grade: str) -> None:
    """Beyond what chance does, the more the rows lean, the poorer the privacy."""
    assert grade == verdict(_dcr(leak)).privacy


def test_a_blunt_test_clears_nobody() -> None:
    """Where chance alone goes half the way to a copy, no leaning says nothing."""
    assert Grade.UNKNOWN is verdict(_dcr(0.0, 0.3)).privacy


def test_the_sentence_says_how_little_it_rests_on() -> None:
    """With few rows the sentence begins with their number."""
    sentence = verdict({**_c2st(0.5, n_rows=80), **_dcr(0.0)}).sentence

    assert sentence.startswith("As far as 80 rows can show, the synthetic rows are hard to tell")
    assert sentence.endswith(".")
