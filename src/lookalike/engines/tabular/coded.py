"""The table as trees see it: bins to split on, scores to lean on, codes to give."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

RELEVANCE_ROWS = 1_000  # rows by which the columns that a tree sees are chosen
RELEVANCE_STEPS = 32.0  # a standard deviation, in whole steps: sums of whole numbers do not depend on their order

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Coded:
    """
    The columns of the chain as numbers, in chain order.

    Attributes:
        bins: uint8, shape ``(c, n)``.
        scores: float32, shape ``(s, n)``, of the columns that have scores.
        score_rows: int32, shape ``(c,)``: a column's row in `scores`, -1 for none.
        codes: One array a column, shape ``(n,)``, of the least integer dtype that holds its codes.
        tags: uint8, shape ``(n,)``: a row's tag at random, by which draws keep its cells apart.
    """

    bins: Array
    scores: Array
    score_rows: Array
    codes: tuple[Array, ...]
    tags: Array

    @cached_property
    def steps(self) -> npt.NDArray[np.float64]:
        """Standardised bins of some rows in whole steps, shape ``(c, RELEVANCE_ROWS)`` at most."""
        every = max(1, self.bins.shape[1] // RELEVANCE_ROWS)
        some = self.bins[:, ::every][:, :RELEVANCE_ROWS].astype(np.float64)
        centred = some - some.mean(axis=1, keepdims=True)
        deviation = np.maximum(centred.std(axis=1, keepdims=True), 1e-9)
        steps: npt.NDArray[np.float64] = np.rint(np.clip(centred / deviation, -4, 4) * RELEVANCE_STEPS)
        return steps

    def nearest(self, column: int, most: int) -> npt.NDArray[np.int32]:
        """The earlier columns, or the `most` of them whose bins go with the column's best, ascending."""
        if column <= most:
            return np.arange(column, dtype=np.int32)
        strength = np.abs(self.steps[:column] @ self.steps[column])
        chosen = np.argsort(-strength, kind="stable")[:most]
        return np.sort(chosen).astype(np.int32)
