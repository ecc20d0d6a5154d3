"""One long series, stretch by stretch: each goes on from the rows before it, which are drawn again where they are not
at hand."""

from typing import Any

import numpy.typing as npt
import polars as pl

from lookalike.engines import BLOCK_ROWS
from lookalike.engines.time_series.features import Rows
from lookalike.engines.time_series.sampling import Begun, Machine, draw_stretch

Array = npt.NDArray[Any]


class Stretches:
    """
    The stretches of a series of any length, `BLOCK_ROWS` rows each.

    They are cheapest in order: who asks for an earlier one has all before it drawn again. Whoever draws them, and in
    whatever order, they are the same.
    """

    def __init__(self, machine: Machine, begun: Begun) -> None:
        self._machine = machine
        self._begun = begun
        self._next = 0
        self._tail: Rows | None = None

    @property
    def length(self) -> int:
        """Rows that the whole series has, if nobody says how many."""
        return int(self._begun.most[0])

    def stretch(self, number: int, n_rows: int) -> pl.DataFrame:
        """The first `n_rows` rows of stretch `number`."""
        if number < self._next:
            self._next, self._tail = 0, None
        while self._next < number:
            self._go_on(BLOCK_ROWS)
        return self._go_on(n_rows)

    def _go_on(self, n_rows: int) -> pl.DataFrame:
        drawn, tail = draw_stretch(self._machine, self._begun, self._tail, self._next * BLOCK_ROWS, n_rows)
        whole = n_rows == BLOCK_ROWS
        self._next, self._tail = (self._next + 1, tail) if whole else (0, None)
        return drawn
