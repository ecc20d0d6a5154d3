import numpy as np
import pytest

from lookalike.evaluation.binning import binned
from lookalike.evaluation.boosting import Pace, boosted
from lookalike.evaluation.ranking import auc

PACE = Pace(40, 0.2)


def _rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _learnt(x, truth, n_classes: int, levels=(), most: int = 255, pace: Pace = PACE):
    """What trees say of the second half of the rows, having learnt from the first, and the gains."""
    is_level = np.isin(np.arange(x.shape[1]), levels)
    learning = np.arange(len(x)) < len(x) // 2
    said, gains = boosted(binned(x, is_level, most), truth.astype(np.float64), learning, n_classes, pace)
    return said[~learning], gains


def _auc(said, truth) -> float:
    truth = truth[len(truth) // 2 :].astype(bool)
    return auc(said[~truth, 0], said[truth, 0])


def test_a_step_is_learnt() -> None:
    """Two classes parted by one number are told apart, and that column has the gain."""
    x = _rng(1).random((2_000, 3))
    truth = x[:, 1] > 0.4
    said, gains = _learnt(x, truth, 2)

    assert _auc(said, truth) > 0.99
    assert 1 == int(np.argmax(gains))
    assert ((said >= 0) & (said <= 1)).all()


def test_an_interaction_is_learnt() -> None:
    """Whether two numbers lie on one side is learnt, though neither tells anything alone."""
    x = _rng(2).normal(size=(4_000, 2))
    truth = x[:, 0] * x[:, 1] > 0

    assert _auc(_learnt(x, truth, 2)[0], truth) > 0.98


@pytest.mark.parametrize("n_levels", [3, 40])
def test_levels_are_learnt(n_levels: int) -> None:
    """Levels of no order that make a class likely are found, few of them or many."""
    rng = _rng(3)
    x = rng.integers(0, n_levels, (8_000, 1)).astype(np.float64)
    chances = np.where(np.arange(n_levels) % 2, 0.9, 0.1)[x[:, 0].astype(int)]
    truth = rng.random(len(x)) < chances

    assert auc(chances[~truth], chances[truth]) - 0.02 < _auc(_learnt(x, truth, 2, levels=(0,))[0], truth)


@pytest.mark.parametrize("levels", [(), (0,)])
def test_missing_cells_tell(levels: tuple[int, ...]) -> None:
    """A column that tells only by what is missing is used, numbers or levels."""
    rng = _rng(4)
    x = rng.integers(0, 9, (2_000, 2)).astype(np.float64)
    truth = rng.random(len(x)) < 0.3
    x[truth, 0] = np.nan

    assert _auc(_learnt(x, truth, 2, levels)[0], truth) > 0.999


def test_numbers_are_predicted() -> None:
    """A sum of two curves is predicted but for its noise, wherever it lies."""
    rng = _rng(5)
    x = rng.random((6_000, 3))
    truth = 1e6 + np.sin(6 * x[:, 0]) + x[:, 1] ** 2 + 0.1 * rng.normal(size=len(x))
    said, gains = _learnt(x, truth, 0)
    wrong = said[:, 0] - truth[3_000:]

    assert wrong.var() < 0.03 * truth.var()
    assert gains[2] < 0.1 * gains.min(where=np.arange(3) < 2, initial=np.inf)


def test_three_classes_are_learnt() -> None:
    """Of three classes each is told from the others; the chances of a row add up to 1."""
    x = _rng(6).normal(size=(3_000, 2))
    truth = np.digitize(x[:, 0], [-0.5, 0.5])
    said, _ = _learnt(x, truth, 3)

    assert (said.argmax(axis=1) == truth[1_500:]).mean() > 0.97
    np.testing.assert_allclose(np.ones(1_500), said.sum(axis=1))


def test_nothing_is_learnt_of_chance() -> None:
    """Of a truth that no column tells the area under the curve is a half, to within chance."""
    rng = _rng(7)
    x, truth = rng.random((4_000, 4)), rng.random(4_000) < 0.5

    assert _auc(_learnt(x, truth, 2)[0], truth) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_the_same_input_makes_the_same_bytes(n_classes: int) -> None:
    """Two runs agree in every bit."""
    x = _rng(8).random((500, 4))
    truth = np.floor(x.sum(axis=1)) % max(n_classes, 1) if n_classes else x.sum(axis=1)
    one, two = (_learnt(x, truth, n_classes, levels=()) for _ in range(2))

    assert one[0].tobytes() == two[0].tobytes()
    assert one[1].tobytes() == two[1].tobytes()


def test_what_is_not_learnt_from_does_not_matter() -> None:
    """The truth of rows that are not learnt from changes nothing."""
    x = _rng(9).random((1_000, 3))
    truth = x[:, 0] > 0.5
    other = np.where(np.arange(1_000) < 500, truth, ~truth)

    np.testing.assert_array_equal(_learnt(x, truth, 2)[0], _learnt(x, other, 2)[0])


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (np.ones((200, 1)), ()),
        (np.full((200, 1), np.nan), ()),
        (np.full((200, 1), np.nan), (0,)),
        (np.zeros((200, 1)), (0,)),
        (np.arange(30.0)[:, None], ()),
        (np.arange(1.0)[:, None], (0,)),
    ],
    ids=["constant", "all missing", "all missing levels", "one level", "too few rows", "one row"],
)
@pytest.mark.parametrize("n_classes", [0, 2, 4])
def test_what_tells_nothing_predicts_the_average(cells, levels: tuple[int, ...], n_classes: int) -> None:
    """Where nothing can be split all rows have the average, and no column has a gain."""
    truth = np.arange(len(cells)) % max(n_classes, 2) * 1.0
    table = binned(cells, np.isin([0], levels))
    said, gains = boosted(table, truth, np.ones(len(cells), np.bool_), n_classes, PACE)
    expected = [truth.mean()] if n_classes < 4 else [(truth == k).mean() for k in range(4)]

    np.testing.assert_allclose(np.tile(expected, (len(cells), 1)), said, atol=1e-9)
    assert 0 == gains.sum()


def test_more_levels_than_bins_share_one() -> None:
    """Of a thousand levels the frequent ones have bins of their own, and tell."""
    rng = _rng(10)
    x = np.minimum(rng.geometric(0.05, (8_000, 1)), 1_000).astype(np.float64)
    x[::4] = rng.integers(100, 1_100, (2_000, 1))
    truth = (x[:, 0] % 2 == 0) & (x[:, 0] < 50)

    assert _auc(_learnt(x, truth, 2, levels=(0,), most=63)[0], truth) > 0.9


def test_a_wide_table_is_learnt() -> None:
    """Three hundred columns of as many bins as fit find the one that tells, in a few rows."""
    x = _rng(11).normal(size=(400, 300))
    truth = x[:, 299] > 0
    said, gains = _learnt(x, truth, 2, pace=Pace(10, 0.2))

    assert 299 == int(np.argmax(gains))
    assert _auc(said, truth) > 0.95


def test_sure_rows_end_the_growth() -> None:
    """Many rounds on what is told at once make chances near 0 and 1, and no accident."""
    x = np.repeat([0.0, 1.0], 200)[_rng(12).permutation(400)][:, None]
    said, _ = _learnt(x, x[:, 0] > 0, 2, pace=Pace(400, 0.5))

    assert (np.abs(said[:, 0] - x[200:, 0]) < 1e-3).all()


def test_a_number_far_out_is_no_accident() -> None:
    """One truth a million million times the others leaves the others a prediction."""
    x = _rng(13).random((1_000, 2))
    truth = x[:, 0].copy()
    truth[7] = 1e12

    assert np.isfinite(_learnt(x, truth, 0)[0]).all()
