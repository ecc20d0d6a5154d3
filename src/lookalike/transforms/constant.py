"""A column with one and the same cell in every row: a value, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores
from lookalike.transforms.levels import levels_from_state, levels_state


@dataclass(frozen=True)
class Constant:
    """`cell` has one row, which may be null."""

    cell: pl.Series
    n_levels: int = 1
    exact: bool = True

    @property
    def scale(self) -> Scale:
        none = np.zeros(0)
        return Scale(
            ordered=False,
            n_bins=1,
            code_bins=np.zeros(1, np.uint8),
            code_scores=np.zeros(1, np.float32),
            code_ranks=np.zeros(1),
            cell_bins=none.astype(np.uint8),
            cell_ranks=none,
        )

    def encode(self, n_rows: int) -> Encoded:
        """The column's own encoding: code 0 everywhere."""
        zeros = np.zeros(n_rows, np.int32)
        return Encoded(zeros, zeros.astype(np.float32), zeros)

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        return codes

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        return self.decode_levels(codes)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return self.cell.new_from_index(0, len(levels))

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec, arrays = levels_state(self.cell)
        return {"kind": "constant", "levels": spec}, arrays


def load_constant(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Constant:
    """The transform of a state."""
    return Constant(levels_from_state(spec["levels"], arrays))
