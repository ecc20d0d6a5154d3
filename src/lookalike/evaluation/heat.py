"""The worst columns of a metric over pairs, as two matrices side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.pairs import Array, Pairs

MAX_NAMES = 30  # columns that a drawing can still name


def heat(names: Sequence[str], pairs: Pairs, values: Array, excess: NDArray[np.float64]) -> dict[str, Any]:
    """
    Columns whose pairs are furthest above their floor, worst first, with a matrix of real and one of synthetic rows.

    Args:
        names: Of all columns.
        pairs: Column numbers, shape ``(k, 2)``.
        values: Of real and of synthetic rows, shape ``(k, 2)``.
        excess: How far each pair is above its floor, shape ``(k,)``.

    Returns:
        ``names`` and, of so many rows and columns each, ``real`` and ``synthetic``: 1 in the diagonal, None for pairs
        that were not drawn.
    """
    sums, counts = (np.bincount(pairs.ravel(), w, len(names)) for w in (np.repeat(excess, 2), None))
    means = np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)
    chosen = [j for j in np.argsort(-means, kind="stable")[:MAX_NAMES].tolist() if counts[j]]
    place = {j: i for i, j in enumerate(chosen)}
    tables: list[list[list[float | None]]] = [
        [[1.0 if i == j else None for i in chosen] for j in chosen] for _ in range(values.shape[1])
    ]
    for (i, j), row in zip(pairs.tolist(), values.tolist(), strict=True):
        if i in place and j in place:
            for table, value in zip(tables, row, strict=True):
                table[place[i]][place[j]] = table[place[j]][place[i]] = value
    return {"names": [names[j] for j in chosen], "real": tables[0], "synthetic": tables[1]}
