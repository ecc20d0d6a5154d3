"""Where tokens stand by their neighbours: what embeddings begin with, so that training need not find it out first."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lookalike.evaluation.texts.vectors import directions

SMOOTH = 0.75  # power of how often a neighbour is, which lifts rare ones less
POWER = 0.5  # of the size of each direction

Ids = npt.NDArray[np.int32]
Ends = npt.NDArray[np.int64]


def by_neighbours(
    corpus: tuple[Ids, Ends], n_tokens: int, width: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """
    A point for each token, ``(n_tokens, width)``, such that like neighbours make near points; on average of length 1.

    Args:
        corpus: Tokens of all texts one after the other, and where each text ends; token 0 stands before and behind.

    Source: positive pointwise mutual information and its main directions, Levy, Goldberg and Dagan, TACL 3, 2015.
    """
    ids, ends = corpus
    before, behind = np.append(0, ids[:-1]), np.append(ids[1:], 0)
    filled = ends[np.diff(ends, prepend=0) > 0]
    before[np.append(0, filled[:-1])] = 0
    behind[filled - 1] = 0
    x = sparse.hstack([_surprising(ids, other, n_tokens) for other in (before, behind)]).tocsr()
    axes = directions(x.T.tocsr(), width, rng)
    size = np.sqrt(np.square(x.T @ axes).sum(axis=0))
    points = np.zeros((n_tokens, width), np.float32)
    points[:, : axes.shape[1]] = axes * size**POWER
    scale = np.sqrt(np.square(points).sum() / n_tokens)
    return points / np.float32(scale) if scale > 0 else points


def _surprising(ids: Ids, other: Ids, n: int) -> sparse.csr_matrix:
    """By how much each token has each other one beside it more often than chance, in nats; 0 where it has not."""
    counted = sparse.coo_matrix((np.ones(len(ids)), (ids, other)), shape=(n, n)).tocsr().tocoo()
    rows, columns = np.asarray(counted.sum(axis=1)).ravel(), np.asarray(counted.sum(axis=0)).ravel() ** SMOOTH
    expected = rows[counted.row] * columns[counted.col] / columns.sum()
    more = np.log(counted.data / expected)
    kept = more > 0
    return sparse.csr_matrix((more[kept], (counted.row[kept], counted.col[kept])), shape=(n, n))
