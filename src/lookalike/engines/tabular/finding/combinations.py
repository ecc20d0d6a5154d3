"""Pairs of categories of which only some stand together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lookalike.data.constraints import Combination
from lookalike.engines.tabular.finding.evidence import ROWS_MIN

LEVELS_MAX = 254  # of a column; pairs of more are too many to have been seen
PAIRS_MAX = 2_000  # pairs that are looked at, nearest columns first
SAMPLE = 50_000  # rows on which most pairs fail
FORBIDDEN_MAX = 0.0003  # share of rows that may stand in combinations too rare to be shown
BROKEN_MIN = 0.02  # share of rows that independent cells would have put in combinations that are not there
EXPECTED = 10.0  # rows that independent cells would have put in each of those, or it may be there after all

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Category:
    """
    A column of categories.

    Attributes:
        levels: Of each row, ``n_levels`` for one too rare to be shown, shape ``(n,)``.
    """

    name: str
    levels: Codes
    n_levels: int


def find_combinations(columns: Sequence[Category], min_rows: int) -> list[Combination]:
    """
    Pairs of columns whose rarest combinations can be forbidden without missing what fresh rows show.

    Args:
        min_rows: Rows a combination must stand in to be allowed.
    """
    taking = [c for c in columns if 1 < c.n_levels <= LEVELS_MAX]
    reach = min(len(taking) - 1, max(1, PAIRS_MAX // max(len(taking), 1)))
    near = [(taking[i], taking[i + d]) for d in range(1, reach + 1) for i in range(len(taking) - d)]
    return [Combination(type="combination", columns=(a.name, b.name)) for a, b in near if _is_fixed(a, b, min_rows)]


def _is_fixed(a: Category, b: Category, min_rows: int) -> bool:
    return all(_forbids_chance_only(a, b, min_rows, rows) for rows in (slice(SAMPLE), slice(None)))


def _forbids_chance_only(a: Category, b: Category, min_rows: int, rows: slice) -> bool:
    width = b.n_levels + 1
    flat = np.bincount(a.levels[rows] * width + b.levels[rows], minlength=(a.n_levels + 1) * width)
    counts = flat.reshape(-1, width)[: a.n_levels, : b.n_levels]
    total = counts.sum()
    if total < ROWS_MIN:
        return False
    rare = counts < min_rows
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    never = (counts == 0) & (expected >= EXPECTED)
    return bool(counts[rare].sum() <= FORBIDDEN_MAX * total and expected[never].sum() >= BROKEN_MIN * total)
