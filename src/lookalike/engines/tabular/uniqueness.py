"""No two rows of an output alike where a rule says so: the first of them stays, the others are drawn again."""

import numpy as np
import polars as pl

from lookalike.data.digests import AllSeen, keys_of
from lookalike.data.streams import stream
from lookalike.engines.tabular.filling import CANDIDATES_MAX, CANDIDATES_ONCE, Mask, Places
from lookalike.engines.tabular.model import Model
from lookalike.errors import ConditionsUnreachable

BARREN_MAX = 1_000_000  # candidates in a row none of which is new: there are no more to be found
FIRST_TRIES = 4  # candidates a place gets at first; each turn after that twice as many


class Settler:
    """
    Makes blocks unique, one after the other from the first on.

    A row that is like an earlier one of its block or of one before is drawn again for its own place, in turns of their
    own, until it is new. So a block that was settled before comes out as it is.
    """

    def __init__(self, model: Model, *, seed: int, total: int) -> None:
        self._model = model
        self._seed = seed
        self._total = total
        self._unique = model.layout.rules.unique
        self._seen = AllSeen()
        self._n_settled = 0

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """The rules' columns; if there are none, there is nothing to settle."""
        return self._unique

    def accepts(self, keys: pl.DataFrame) -> bool:
        """Whether a block with these keys can stay as it is; then its rows are settled."""
        fresh = bool(self._seen.fresh(keys).all())
        if fresh:
            self._add(keys)
        return fresh

    def settle(self, frame: pl.DataFrame, *, block: int) -> pl.DataFrame:
        """
        The block's rows, those that repeat earlier ones drawn again.

        Raises:
            ConditionsUnreachable: no more new rows can be found; says how many were.
        """
        if not self._unique:
            return frame
        keys = keys_of(frame, self._unique)
        fresh = self._seen.fresh(keys)
        self._add(keys.filter(fresh))
        vacant = np.flatnonzero(~fresh)
        return self._refilled(frame, vacant, block) if len(vacant) else frame

    def _refilled(self, frame: pl.DataFrame, vacant: Places, block: int) -> pl.DataFrame:
        owners = [np.setdiff1d(np.arange(frame.height), vacant)]
        found = [frame[owners[0]]]
        tried, barren, turn, tries = 0, 0, 0, FIRST_TRIES
        while len(vacant):
            if tried >= CANDIDATES_MAX or barren >= BARREN_MAX:
                raise self._unreachable(len(vacant))
            places = np.tile(vacant, max(1, min(tries, CANDIDATES_ONCE // len(vacant))))
            drawn, kept = self._candidates(places, block, turn)
            keys = keys_of(drawn, self._unique)
            stay = np.flatnonzero(kept & self._seen.fresh(keys))
            owner, first = np.unique(places[stay], return_index=True)
            self._add(keys[stay[first]])
            found.append(drawn[stay[first]])
            owners.append(owner)
            vacant = np.setdiff1d(vacant, owner, assume_unique=True)
            barren = 0 if len(owner) else barren + len(places)
            tried, turn, tries = tried + len(places), turn + 1, 2 * tries
        return pl.concat(found)[np.argsort(np.concatenate(owners))]

    def _candidates(self, places: Places, block: int, turn: int) -> tuple[pl.DataFrame, Mask]:
        """Rows for places of a block, with the places' own row numbers, and which of them may stay otherwise."""
        rows = (block * self._model.block_rows + places).astype(np.uint64)
        rng = stream(self._seed, "draw again", block, turn)
        return self._model.candidates(rng, self._seed, rows, self._model.wishes(self._total))

    def _add(self, keys: pl.DataFrame) -> None:
        self._n_settled += keys.height
        self._seen.add(keys)

    def _unreachable(self, n_vacant: int) -> ConditionsUnreachable:
        names = " or ".join(", ".join(f"'{name}'" for name in columns) for columns in self._unique)
        asked = self._n_settled + n_vacant
        return ConditionsUnreachable(
            f"Of the first {asked:,} rows only {self._n_settled:,} could be found that differ in {names}."
        )
