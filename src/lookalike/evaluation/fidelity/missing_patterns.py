"""How far off it is which cells of a row are missing together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.pairs import Array, groups_of, summary

MEANING = (
    "How far off it is which cells of a row are missing together: 0 is as in the real rows, 1 has nothing in common."
)
N_WORST = 20
MAX_NAMES = 12  # columns of a pattern that are named
WORD = 8  # bytes of a number


@dataclass(frozen=True, eq=False)
class _Patterns:
    """
    The patterns of all rows, in groups of rows with train first.

    Attributes:
        counts: Rows of each pattern, shape ``(patterns, groups)``.
        shares: The same, as shares of the group.
        members: Whether each pattern lacks each column, shape ``(patterns, columns)``.
        rates: Missing share of each column, shape ``(columns, groups)``.
    """

    counts: NDArray[np.int64]
    shares: Array
    members: NDArray[np.bool_]
    rates: Array


def metric(comparison: Comparison) -> Figure:
    """
    Total variation distance to train of the distribution of missing-value patterns; lower is better, in ``[0, 1]``.

    A row's pattern is the set of columns in which it has no value. `details` lists the patterns whose shares are
    furthest off, but none that fewer than `min_level_rows` train rows have, and such columns; `rates_error` is the mean
    over columns of how far their missing shares are off.

    Source: patterns as in Little and Rubin, Statistical Analysis with Missing Data, 2nd edition, 2002, section 1.2.
    """
    sides = comparison.against_train()
    if not len(sides.reference) or not len(sides.synthetic) or not comparison.columns:
        return Figure(None, None, "lower", MEANING, "There are no rows or no columns to compare.")
    groups, has_parts = groups_of(comparison, sides)
    has_fresh = sides.fresh is not None
    found = _patterns(comparison, [sides.reference, *groups])
    off = 0.5 * np.abs(found.shares[:, 1:] - found.shares[:, :1]).sum(axis=0, keepdims=True)
    told = summary(off.clip(max=1.0), has_parts=has_parts, has_fresh=has_fresh)
    note = "" if found.members.any() else "No cell is missing in any of the tables."
    details = _details(comparison, found, has_fresh=has_fresh)
    return Figure(told.value, told.floor, "lower", MEANING, note, details, told.interval)


def _patterns(comparison: Comparison, groups: list[Rows]) -> _Patterns:
    gone = [_missing(comparison, rows) for rows in groups]
    rates = np.stack([g.mean(axis=0) for g in gone], axis=1)
    patterns, which = _distinct(np.concatenate([np.packbits(g, axis=1) for g in gone]))
    ends = np.cumsum([len(rows) for rows in groups])[:-1]
    counts = np.stack([np.bincount(w, minlength=len(patterns)) for w in np.split(which.ravel(), ends)], axis=1)
    members = np.unpackbits(patterns, axis=1, count=len(comparison.columns)).astype(np.bool_)
    return _Patterns(counts, counts / counts.sum(axis=0), members, rates)


def _distinct(bits: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The distinct rows, and which of them each row is; rows of eight bytes at most as numbers, which is quicker."""
    n, width = bits.shape
    if width > WORD:
        return np.unique(bits, axis=0, return_inverse=True)
    words = np.zeros((n, WORD), np.uint8)
    words[:, :width] = bits
    found, which = np.unique(words.view(np.uint64)[:, 0], return_inverse=True)
    return found.view(np.uint8).reshape(-1, WORD)[:, :width], which


def _missing(comparison: Comparison, rows: Rows) -> NDArray[np.bool_]:
    """Shape ``(rows, columns)``."""
    gone = [np.isnan(rows.numbers(c)) if c.is_number else rows.codes(c) < 0 for c in comparison.columns]
    return np.stack(gone, axis=1)


def _details(comparison: Comparison, found: _Patterns, *, has_fresh: bool) -> dict[str, Any]:
    names, rates = comparison.metadata.names, found.rates
    shared = [k for k in _furthest(found.shares) if found.counts[k, 0] >= comparison.min_level_rows]
    errors = np.abs(rates - rates[:, :1]).mean(axis=0)
    return {
        "n_patterns": int(np.count_nonzero(found.counts[:, 0])),
        "patterns": [_pattern(names, found, k, has_fresh=has_fresh) for k in shared[:N_WORST]],
        "rates": [{"column": names[j], **_told(rates[j], has_fresh=has_fresh)} for j in _furthest(rates)[:N_WORST]],
        "rates_error": float(errors[1]),
        "rates_floor": float(errors[-1]) if has_fresh else None,
    }


def _pattern(names: Sequence[str], found: _Patterns, k: int, *, has_fresh: bool) -> dict[str, Any]:
    missing = np.flatnonzero(found.members[k]).tolist()
    shown = [names[j] for j in missing[:MAX_NAMES]]
    return {"missing": shown, "n_missing": len(missing), **_told(found.shares[k], has_fresh=has_fresh)}


def _furthest(shares: Array) -> list[int]:
    """Numbers of the rows of shares that are off, furthest first."""
    off = np.abs(shares[:, 1] - shares[:, 0])
    return [k for k in np.argsort(-off, kind="stable").tolist() if off[k] > 0]


def _told(shares: Array, *, has_fresh: bool) -> dict[str, float | None]:
    fresh = float(shares[-1]) if has_fresh else None
    return {"train": float(shares[0]), "synthetic": float(shares[1]), "fresh": fresh}
