"""Exactly the rows asked for, all of which may stay: candidates are drawn until each place has one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.errors import ConditionsUnreachable

CANDIDATES_MAX = 20_000_000  # of a block: most of a minute's work
BARREN_MAX = 500_000  # candidates in a row none of which may stay: there is nothing to be found
CANDIDATES_ONCE = 65_536

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Draw(Protocol):
    """Who draws candidates."""

    def __call__(self, places: Places, turn: int, /) -> tuple[pl.DataFrame, Mask]:
        """A candidate for each of the places (which may repeat), and which of them may stay; other ones each turn."""


def fill(n_rows: int, draw: Draw) -> pl.DataFrame:
    """
    A row for each place ``0 … n_rows - 1``, in their order; each the first candidate of its place that may stay.

    Raises:
        ConditionsUnreachable: too many candidates had to go; says how many rows were found.
    """
    first, kept = draw(np.arange(n_rows), 0)
    if kept.all():
        return first
    found, owners = [first], [np.zeros(0, np.int64)]
    vacant, tried, barren, turn = np.flatnonzero(~kept), n_rows, 0, 1
    while len(vacant):
        n_found = n_rows - len(vacant)
        if tried >= CANDIDATES_MAX or barren >= BARREN_MAX:
            raise _unreachable(n_found, n_rows, tried)
        places = np.tile(vacant, _tries(tried / max(n_found, 1), len(vacant)))
        frame, kept = draw(places, turn)
        stay = np.flatnonzero(kept)
        owner, chosen = np.unique(places[stay], return_index=True)
        found.append(frame[stay[chosen]])
        owners.append(owner)
        vacant = np.setdiff1d(vacant, owner, assume_unique=True)
        barren = 0 if len(owner) else barren + len(places)
        tried, turn = tried + len(places), turn + 1
    return _replaced(found, np.concatenate(owners))


def _replaced(found: Sequence[pl.DataFrame], owners: Places) -> pl.DataFrame:
    """The first frame, those of its rows that have a place in `owners` replaced by the rows of the other frames."""
    n_rows = found[0].height
    index = np.arange(n_rows, dtype=np.uint32)
    index[owners] = np.arange(n_rows, n_rows + len(owners), dtype=np.uint32)
    return pl.concat(found, rechunk=True).select(pl.all().gather(pl.Series(index)))  # from one chunk: 3 times quicker


def _tries(each: float, n_vacant: int) -> int:
    """How many candidates a place gets at once: what one takes on average, as far as a block reaches."""
    return max(1, min(round(each), CANDIDATES_ONCE // n_vacant))


def _unreachable(found: int, asked: int, tried: int) -> ConditionsUnreachable:
    return ConditionsUnreachable(
        f"Of {asked:,} rows only {found:,} could be found that keep all rules and conditions, among {tried:,} drawn.",
    )
