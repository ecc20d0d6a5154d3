"""What a table's rows must obey: columns that others determine, and rules by which drawn rows are kept or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """
    Rules of a table.

    Attributes:
        computed: Names of the columns that `complete` computes; no tree draws them.
    """

    computed: tuple[str, ...] = ()

    def complete(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the computed columns added, in whatever order of columns."""
        return frame

    def kept(self, frame: pl.DataFrame) -> Mask:
        """Which rows of a complete frame obey all rules, shape ``(n,)``."""
        return np.ones(frame.height, bool)

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        """JSON and arrays from which `load_rules` makes the same rules."""
        return {"computed": list(self.computed)}, {}


def load_rules(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Rules:
    """The rules of a state."""
    return Rules(tuple(spec["computed"]))
