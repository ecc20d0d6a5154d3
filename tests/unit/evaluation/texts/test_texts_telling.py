import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

from lookalike.data.streams import stream
from lookalike.evaluation.texts.telling import cross_validated, logistic


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_the_regression_has_the_least_loss(form) -> None:
    """Slope and level are those that a general minimiser finds."""
    rng = stream(1, "logistic")
    x = rng.normal(size=(200, 5))
    side = (x[:, 0] + rng.normal(size=200) > 0.3).astype(float)

    def loss(theta: np.ndarray) -> float:
        z = x @ theta[:-1] + theta[-1]
        return float(np.logaddexp(0, z).sum() - side @ z + 0.5 * theta[:-1] @ theta[:-1])

    slope, level = logistic(form(x), side)

    np.testing.assert_allclose(minimize(loss, np.zeros(6), tol=1e-9).x, np.append(slope, level), atol=1e-3)


def test_nothing_is_learnt_from_noise() -> None:
    """Rows without any difference are at 0.5, to within chance; those far apart at 1."""
    x = stream(1, "noise").normal(size=(600, 3))
    apart = x + np.repeat([0, 9], 300)[:, None]

    assert abs(cross_validated(x, 300, stream(1, "folds")) - 0.5) < 0.07
    assert cross_validated(apart, 300, stream(1, "folds")) > 0.999
