import numpy as np
import pytest
from scipy import sparse

from lookalike.data.streams import stream
from lookalike.evaluation.texts.margins import COST, descend, nearest_kind, planes


def naive(x: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The plane by small steps down the slope of the loss: half its square, and the squared hinges."""
    x = np.column_stack([x, np.ones(len(x))])
    plane = np.zeros(x.shape[1])
    pace = 1 / (1 + 2 * COST * np.linalg.eigvalsh(x.T @ x).max())
    for _ in range(20_000):
        short = np.maximum(1 - side * (x @ plane), 0)
        plane -= pace * (plane - 2 * COST * x.T @ (side * short))
    return plane


@pytest.mark.parametrize("seed", range(3))
def test_the_kernel_finds_the_plane(seed: int) -> None:
    """The plane of dual steps is that of small steps down the loss itself."""
    rng = stream(seed, "margins")
    x = rng.normal(size=(60, 4)) * (rng.random((60, 4)) < 0.6)
    side = np.where(x @ np.array([1.0, -1, 0.5, 0]) + 0.5 * rng.normal(size=60) > 0, 1.0, -1.0)
    rows, plane = sparse.csr_matrix(x), np.zeros(5)
    orders = np.stack([rng.permutation(60) for _ in range(10)])
    descend(rows.data, rows.indices.astype(np.int64), rows.indptr.astype(np.int64), side, orders, plane)

    np.testing.assert_allclose(plane, naive(x, side), atol=0.01)


def test_each_kind_has_a_plane() -> None:
    """Three kinds that lie apart are all found again."""
    rng = stream(1, "kinds")
    kinds = rng.integers(0, 3, 90)
    x = sparse.csr_matrix(np.eye(3)[kinds] + 0.1 * rng.random((90, 3)))

    assert kinds.tolist() == nearest_kind(x, planes(x, kinds, 3, rng)).tolist()
