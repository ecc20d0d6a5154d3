"""Rows that must differ over the whole output, with texts: those drawn again get texts of their own."""

import numpy as np
import polars as pl

from lookalike.engines import tabular
from lookalike.engines.text.model import Model


class Settler:
    """See `engines.tabular.Settler`."""

    def __init__(self, model: Model, *, seed: int, total: int) -> None:
        self._model = model
        self._seed = seed
        self._total = total
        self._beside = tabular.Settler(model.beside, seed=seed, total=total)

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """See `engines.tabular.Settler.unique`."""
        return self._beside.unique

    def accepts(self, keys: pl.DataFrame) -> bool:
        """See `engines.tabular.Settler.accepts`."""
        return self._beside.accepts(keys)

    def settle(self, frame: pl.DataFrame, *, block: int) -> pl.DataFrame:
        """See `engines.tabular.Settler.settle`."""
        if not self.unique:
            return frame
        drawn = self._model.rows(frame.height, seed=self._seed, block=block, total=self._total)
        settled = self._beside.settle(drawn, block=block)
        changed = np.flatnonzero((~_same(drawn, settled)).to_numpy())
        if not len(changed):
            return frame
        again = self._model.written(settled[changed], self._seed, "write again", block)
        stay = np.setdiff1d(np.arange(frame.height), changed)
        return pl.concat([frame[stay], again])[np.argsort(np.concatenate([stay, changed]))]


def _same(one: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Of each row, whether all cells are the same."""
    told = [one[name].eq_missing(other[name]) for name in one.columns]
    return pl.select(pl.all_horizontal([pl.lit(cells) for cells in told])).to_series()
