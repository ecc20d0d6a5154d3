"""
Value columns as numbers that a step can draw: a value to count with, and a mode that says where it comes from.

A number is mostly continuous; but cells may be missing, repeat the row before, or be one of a few values that stand out
(a zero among amounts). Which of these a cell is, is its mode: a category, drawn before the number itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.engines.time_series.curves import exps, logs
from lookalike.transforms import Transform
from lookalike.transforms.grid import find_grid
from lookalike.transforms.physical import from_physical, to_physical

FREE, MISSING, REPEATED, ATOMS = 0, 1, 2, 3  # modes of numbers; from ATOMS on, the values that stand out
FEW = 17  # so many distinct values or fewer are all atoms
ATOMS_MAX = 17
ATOM_SHARE = 0.03  # of the cells makes an atom,
SPIKE = 3.0  # if it is so many times as frequent as its neighbours: else it is one value of many on a grid
REPEATED_SHARE = 0.02  # of the steps; fewer repeats may be chance
KNOWN_FEW, KNOWN_SHARE, KNOWN_ROWS = 60, 0.15, 3_000  # distinct values that stand for a grid of unknown make
COUNT_MAX = float(np.nextafter(2.0**64, 0.0))  # the greatest float that fits 64 bits
WHOLE_MAX = 2.0**52  # beyond, a float counts no wholes
LOG_MIN, LOG_MAX = 1e-290, 1e12  # from here to there a number's digits are found again from its logarithm
GROWS, EVENS = 0.3, 0.1  # rank correlation of changes with levels; how much less of it makes a logarithm worth while
CHANGES_MIN, CHANGES_MAX = 30, 20_000

Floats = npt.NDArray[np.float64]
Modes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Number:
    """
    A column of numbers, dates or times.

    Attributes:
        offset: What values are counted from, so that large whole numbers stay exact; 0 for floats.
        low, high: Least and greatest finite value, counted from the offset.
        decimals: Digits after the point; -1 for any. Whole numbers have 0.
        step: Of whole numbers: what all of them are multiples of, counted from the offset.
        known: Values that draws are put on, ascending; empty for none.
        atoms: Values that stand out, among them those that are not finite.
        middle: What stands for a value where there is none yet.
        repeats: Whether cells that equal the one before are told apart.
        shift: Added to a counted value before its logarithm is taken, which is what steps count with; None: the value.
    """

    dtype: pl.DataType
    offset: int
    low: float
    high: float
    decimals: int
    step: int
    known: Floats
    atoms: Floats
    middle: float
    repeats: bool
    shift: float | None = None

    @property
    def numeric(self) -> bool:
        return True

    def drawn(self, counted: Floats) -> Floats:
        """What steps count with instead of values counted from the offset."""
        told = np.asarray(counted, np.float64)
        return told if self.shift is None else logs(told + self.shift)

    def counted(self, drawn: Floats) -> Floats:
        """Values counted from the offset, of what steps count with."""
        if self.shift is None:
            return drawn
        told, scale = exps(drawn) - self.shift, 10.0**self.decimals
        return np.clip(told if self.decimals < 0 else np.rint(told * scale) / scale, self.low, self.high)

    @property
    def n_codes(self) -> int:
        """Modes there may be."""
        return ATOMS + len(self.atoms)

    def encode(self, cells: pl.Series, first: Mask) -> tuple[Floats, Modes]:
        """
        Values to count with and modes, each shape ``(n,)``; where there is no finite value, the last one before.

        Args:
            first: Which rows begin a sequence.
        """
        values, missing = _counted(cells, self.offset)
        modes = np.where(missing, MISSING, FREE)
        for number, atom in enumerate(self.atoms):
            same = np.isnan(values) if np.isnan(atom) else values == atom
            modes[same & ~missing] = ATOMS + number
        held = hold(np.where(missing | ~np.isfinite(values), np.nan, values), first, self.middle)
        if self.repeats:
            modes[(modes == FREE) & ~first & (held == np.roll(held, 1))] = REPEATED
        return self.drawn(held), modes

    def decode(self, values: Floats, modes: Modes) -> pl.Series:
        """The cells, of the column's dtype."""
        atom = modes >= ATOMS
        told = self.counted(values).copy()
        told[atom] = self.atoms[modes[atom] - ATOMS]
        kind = to_physical(pl.Series([], dtype=self.dtype))[0].dtype
        missing = modes == MISSING
        if kind.kind == "f":
            return from_physical(told.astype(kind), missing, self.dtype)
        near = np.rint(np.where(missing, 0.0, told))
        counted = np.clip(near, 0.0, COUNT_MAX).astype(np.uint64)
        counted[near > COUNT_MAX] = 2**64 - 1  # which as a float is one more
        whole = counted + np.uint64(self.offset % 2**64)  # around the end of 64 bits, as two's complement has it
        return from_physical(whole.view(kind), missing, self.dtype)

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        told = {name: getattr(self, name) for name in _PLAIN}
        return {**told, "kind": "number", "dtype": dtype_to_json(self.dtype)}, {
            "known": self.known,
            "atoms": self.atoms,
        }


_PLAIN = ("offset", "low", "high", "decimals", "step", "middle", "repeats", "shift")


def load_number(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Number:
    """The column that `Number.state` told; a ValueError or KeyError where it told something else."""
    known, atoms = (np.asarray(arrays[name], np.float64) for name in ("known", "atoms"))
    number = Number(
        dtype_from_json(spec["dtype"]),
        int(spec["offset"]),
        float(spec["low"]),
        float(spec["high"]),
        int(spec["decimals"]),
        int(spec["step"]),
        known,
        atoms,
        float(spec["middle"]),
        bool(spec["repeats"]),
        None if spec["shift"] is None else float(spec["shift"]),
    )
    if known.ndim != 1 or atoms.ndim != 1 or not _is_sound(number):
        raise ValueError("a number's bounds, grid or values")
    return number


def _is_sound(number: Number) -> bool:
    """Whether bounds and values are in order, and the dtype holds them."""
    told = np.concatenate([[number.low, number.middle, number.high], number.known, number.atoms])
    inside = (number.low <= told) & (told <= number.high)
    floats = to_physical(pl.Series([], dtype=number.dtype))[0].dtype.kind == "f"
    allowed = inside | ~np.isfinite(told) if floats else inside
    grid = -1 <= number.decimals <= 15 and 1 <= number.step <= WHOLE_MAX and bool((np.diff(number.known) > 0).all())
    if not grid or not allowed.all() or not inside[: 3 + len(number.known)].all():
        return False
    shift = number.shift
    if shift is not None and not (LOG_MIN <= number.low + shift <= number.high + shift < LOG_MAX):
        return False
    plain = replace(number, shift=None)
    cells = plain.decode(told, np.zeros(len(told), np.int64))
    return bool(np.array_equal(_counted(cells, number.offset)[0], told, equal_nan=True))


def fit_number(cells: pl.Series, first: Mask) -> Number:
    """What is known of a column of numbers; at least one cell has a finite value."""
    offset = _offset(cells)
    values, missing = _counted(cells, offset)
    present = values[~missing]
    finite = present[np.isfinite(present)]
    distinct, n_rows = np.unique(finite, return_counts=True)
    physical = to_physical(cells)[0]
    grid = find_grid(np.unique(physical[~missing & np.isfinite(values)]))
    whole = physical.dtype.kind != "f"
    decimals = 0 if whole else -1 if grid.decimals is None else grid.decimals
    strange = [value for value in (np.nan, np.inf, -np.inf) if _is_among(value, present)]
    middle = float(distinct[np.searchsorted(np.cumsum(n_rows), len(finite) / 2)])
    held = hold(np.where(missing | ~np.isfinite(values), np.nan, values), first, middle)
    same = ~missing & ~first & (held == np.roll(held, 1))
    few, known = len(distinct) <= FEW, _known(distinct, len(finite))
    plain = few or cells.dtype.is_temporal() or (decimals < 0 and len(known) > 0)
    return Number(
        cells.dtype,
        offset,
        float(distinct[0]),
        float(distinct[-1]),
        decimals,
        grid.step if whole else 1,
        known,
        np.array([*(distinct if few else spikes(distinct, n_rows)), *strange], np.float64),
        middle,
        not few and float(same.sum()) >= REPEATED_SHARE * max(int((~first).sum()), 1),
        None if plain else _shift(held, offset, LOG_MAX / 10.0 ** max(decimals, 0), ~missing & ~first & ~same),
    )


def _shift(held: Floats, offset: int, limit: float, moves: Mask) -> float | None:
    """
    What is added to values before their logarithm is taken, None for none: it is, where changes grow with the level.

    Args:
        limit: Greatest value of which the digits are found again.
        moves: Rows in which the value is another one than in the row before.
    """
    moves = moves & ~np.isnan(held)
    rows = np.flatnonzero(moves)[:: max(1, int(moves.sum()) // CHANGES_MAX)]
    least, most = held.min() + offset, held.max() + offset
    if len(rows) < CHANGES_MIN or least < 0 or not 0 < most < limit:
        return None
    smallest = float((held + offset)[held + offset > 0].min())
    if smallest < LOG_MIN:
        return None
    shift = float(offset) if least > 0 else offset + smallest
    level = held[rows] + held[rows - 1]
    grows = _rank_correlation(np.abs(held[rows] - held[rows - 1]), level)
    evens = _rank_correlation(np.abs(logs(held[rows] + shift) - logs(held[rows - 1] + shift)), level)
    return shift if grows > GROWS and abs(evens) < grows - EVENS else None


def _rank_correlation(a: Floats, b: Floats) -> float:
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def spikes(distinct: Floats, n_rows: npt.NDArray[Any]) -> Floats:
    """Values with a share of their own that their neighbours do not have, the most frequent ones, ascending."""
    counts = n_rows.astype(np.float64)
    padded = np.concatenate([counts[[2, 1]], counts, counts[[-2, -3]]])
    around = (padded[:-4] + padded[1:-3] + padded[3:-1] + padded[4:]) / 4
    stand_out = np.flatnonzero((counts >= ATOM_SHARE * counts.sum()) & (counts > SPIKE * around))
    chosen = stand_out[np.argsort(-counts[stand_out], kind="stable")[:ATOMS_MAX]]
    return distinct[np.sort(chosen)]


def hold(values: Floats, first: Mask, middle: float) -> Floats:
    """The values with each missing one replaced by the last one of its sequence before it, else by `middle`."""
    rows = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, rows))
    begin = np.maximum.accumulate(np.where(first, rows, 0))
    held = np.where(last >= begin, values[np.maximum(last, 0)], middle)
    return np.asarray(held, np.float64)


@dataclass(frozen=True)
class Levels:
    """A column of categories; its modes are the codes of its transform, missing among them."""

    transform: Transform

    @property
    def numeric(self) -> bool:
        return False

    @property
    def n_codes(self) -> int:
        return self.transform.scale.n_codes

    def decode(self, values: Floats, modes: Modes) -> pl.Series:
        """The cells, of the column's dtype."""
        return self.transform.decode_levels(self.transform.levels(modes.astype(np.int32), np.zeros(0, np.float32)))


def shown(codes: npt.NDArray[np.int32], n_codes: int, first: Mask) -> Modes:
    """
    Codes with those of levels that are never shown replaced by the last one of their sequence that is, else by 0.

    Args:
        codes: ``n_codes`` for a level that is never shown, shape ``(n,)``.
    """
    told = np.where(codes >= n_codes, np.nan, codes.astype(np.float64))
    return hold(told, first, 0.0).astype(np.int64)


def _is_among(value: float, cells: Floats) -> bool:
    return bool(np.isnan(cells).any()) if np.isnan(value) else bool((cells == value).any())


def _offset(cells: pl.Series) -> int:
    values, missing = to_physical(cells)
    present = values[~missing]
    return int(present.min()) if values.dtype.kind != "f" and len(present) else 0


def _counted(cells: pl.Series, offset: int) -> tuple[Floats, Mask]:
    """Values counted from the offset, those of missing cells any, and which are missing."""
    values, missing = to_physical(cells)
    if values.dtype.kind == "f":
        return values.astype(np.float64), missing
    below = np.where(values >= values.dtype.type(offset), values, values.dtype.type(offset))
    counted = (below.astype(np.uint64) - np.uint64(offset % 2**64)).astype(np.float64)
    return counted, missing


def _known(distinct: Floats, n_present: int) -> Floats:
    shared = len(distinct) <= KNOWN_SHARE * n_present and n_present >= KNOWN_ROWS
    return distinct if len(distinct) <= KNOWN_FEW or shared else np.zeros(0)
