"""What is asked of single rows: conditions, shares of levels, parity; and how drawn rows come to have it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.tabular.drawing import Chain, Given
from lookalike.engines.tabular.layout import Layout
from lookalike.engines.tabular.wishes.cells import coded
from lookalike.engines.tabular.wishes.giving import Wish, bounds, given, weighed_places
from lookalike.engines.tabular.wishes.layers import Layer, Mask
from lookalike.transforms import CONTINUOUS, Numbers, Transform

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Wishes:
    """
    All that is asked of the rows of an output of `total` rows.

    Attributes:
        salt: Of the order in which entries are mixed.
        never_missing: Columns without missing cells in the output.
    """

    layout: Layout
    chain: Chain
    layers: tuple[Layer, ...]
    never_missing: tuple[str, ...]
    total: int
    salt: int

    def given(self, rows: Numbers) -> tuple[Given, Array]:
        """What the kernel is given for the rows, and the greatest weight each row may get, float64 ``(n,)``."""
        wishes, greatest = [], np.ones(len(rows))
        for number, layer in enumerate(self.layers):
            entries = layer.entries(rows, self.total, self.salt + number)
            wishes += [(wish, entries) for wish in self._wishes[number]]
            for wish in self._wishes[number]:
                if wish.place in self._bounds:
                    greatest *= self._bounds[wish.place][entries]
        return given(self.chain, wishes, len(rows)), greatest

    def put(self, frame: pl.DataFrame, rows: Numbers) -> pl.DataFrame:
        """The frame with asked cells between known values as they were asked for: drawn ones are near them."""
        for name, values, asked in self._told(rows):
            if name in frame.columns and name in self._loose:
                frame = frame.with_columns(values.zip_with(pl.Series(asked), frame[name]).alias(name))
        return frame

    def kept(self, frame: pl.DataFrame, rows: Numbers) -> Mask:
        """Which rows have all that is asked of them, shape ``(n,)``."""
        stay = np.ones(len(rows), bool)
        for name, values, asked in self._told(rows):
            stay &= ~asked | frame[name].eq_missing(values).to_numpy()
        for name in self.never_missing:
            stay &= frame[name].is_not_null().to_numpy()
        return stay

    def _told(self, rows: Numbers) -> list[tuple[str, pl.Series, Mask]]:
        """Of each asked column the cell asked of each row, and whether it is."""
        told = []
        for number, layer in enumerate(self.layers):
            entries = layer.entries(rows, self.total, self.salt + number)
            for name in layer.values.columns:
                told.append((name, layer.values[name].gather(entries), layer.mask(name)[entries]))
        return told

    @cached_property
    def _wishes(self) -> tuple[tuple[Wish, ...], ...]:
        """Of each layer, the columns of the chain that it asks for."""
        names = self.layout.metadata.names
        places = {names[column]: place for column, place in self.layout.places.items()}
        return tuple(
            tuple(
                Wish(places[name], coded(layer.values[name], self._transform(name)), layer.mask(name))
                for name in layer.values.columns
                if name in places
            )
            for layer in self.layers
        )

    @cached_property
    def _bounds(self) -> dict[int, Array]:
        wishes = [wish for layer in self._wishes for wish in layer]
        weighed = weighed_places(wishes)
        return {wish.place: bounds(self.layout, self.chain, wish) for wish in wishes if wish.place in weighed}

    @cached_property
    def _loose(self) -> frozenset[str]:
        """Columns of which a cell between known values is asked for."""
        names, chain = self.layout.metadata.names, self.layout.chain
        wishes = [wish for layer in self._wishes for wish in layer]
        return frozenset(names[chain[w.place]] for w in wishes if (w.asked & (w.cells.codes == CONTINUOUS)).any())

    def _transform(self, name: str) -> Transform:
        return self.layout.transforms[self.layout.metadata.names.index(name)]
