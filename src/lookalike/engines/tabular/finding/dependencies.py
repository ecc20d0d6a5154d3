"""Columns that two or three others determine together, in every row, though no fewer of them do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from lookalike.data.constraints import Fd
from lookalike.engines.tabular.finding.agreeing import strike_out

PEEK = 2_000  # rows on which most sets of columns fail
PEEK_REPEATS = 20  # rows among them whose determinant was seen before, or they tell nothing
SAMPLE = 50_000  # rows on which the rest fails, and on which evidence is counted
STRIDE = 1_009  # rows apart, so that neighbours that belong together are not taken for independent ones
SETS_MAX = 1_500  # sets of two and three columns that are looked at, nearest columns first
DETERMINANTS_MAX = 3
ENOUGH = 20.0  # rows that would have broken the rule, did fewer columns determine as much as they do
REPEATS_MIN = 1_000  # rows whose determinant was seen before, or rare exceptions have had no chance to show
UNKNOWN_MAX = 0.01  # share of rows whose determinant the other half of the rows does not show
UNKNOWN_CHANCE_MAX = 0.5  # the same share if the determinant's cells were independent

Codes = npt.NDArray[np.int32]
Keys = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """
    A column as a dependency sees it.

    Attributes:
        levels: Of each row, shape ``(n,)``; a level too rare to be shown has a number of its own.
        determines, depends: Whether it may be part of a determinant, whether it may be computed.
    """

    name: str
    levels: Codes
    determines: bool
    depends: bool


def find_composites(parts: Sequence[Part]) -> list[Fd]:
    """
    For each column that several earlier ones determine the rule whose determinants are fewest, then best known.

    Args:
        parts: In the table's order.
    """
    best: dict[int, tuple[int, float, tuple[int, ...]]] = {}
    for members, dependents in _candidates(parts):
        left = [d for d in dependents if d not in best or best[d][0] == len(members)]
        left = _confirmed(parts, members, left)
        share = _unknown([parts[n].levels[:SAMPLE] for n in members]) if left else 1.0
        for dependent in left:
            if share <= UNKNOWN_CHANCE_MAX and (dependent not in best or share < best[dependent][1]):
                best[dependent] = (len(members), share, members)
    return [
        Fd(type="fd", determinant=tuple(parts[n].name for n in members), dependent=parts[dependent].name)
        for dependent, (_, _, members) in sorted(best.items())
    ]


def _candidates(parts: Sequence[Part]) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """Sets of columns and later columns that they determine in the first rows, and that no fewer of them do."""
    if not parts:
        return
    rows = np.ascontiguousarray(np.array([part.levels[:PEEK] for part in parts]).T)
    taking = [n for n, part in enumerate(parts) if part.determines]
    depends = np.array([part.depends for part in parts], bool)
    none = np.zeros(len(parts), bool)
    determined: dict[tuple[int, ...], Flags] = {}
    for members in _nearest(taking):
        left = depends.copy()
        left[: members[-1] + 1] = False
        for fewer in combinations(members, len(members) - 1):
            left &= ~determined.get(fewer, none)
        struck = left.copy()
        if _strike_out(rows, members, struck) and len(members) > 1:
            yield members, np.flatnonzero(struck).tolist()
        determined[members] = struck | (depends & ~left)


def _strike_out(rows: Codes, members: tuple[int, ...], agrees: Flags) -> bool:
    """Leave the columns that the members determine, if there are rows enough to tell; else none."""
    slots = np.empty(1 << max(4, (2 * len(rows)).bit_length()), np.int64)
    if strike_out(rows, np.array(members, np.int64), agrees, slots) < PEEK_REPEATS:
        agrees[:] = False
    return bool(agrees.any())


def _nearest(taking: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Single columns, then sets of two, then of three, out of windows as wide as the work allows."""
    width = 2
    while width < len(taking) and _n_sets(len(taking), width + 1) <= SETS_MAX:
        width += 1
    for size in range(1, DETERMINANTS_MAX + 1):
        for first, n in enumerate(taking[: SETS_MAX // 2]):
            for rest in combinations(taking[first + 1 : first + width], size - 1):
                yield (n, *rest)


def _n_sets(n_columns: int, width: int) -> int:
    """Sets of two and three of so many columns in a row, the last less than `width` after the first."""
    reach = [min(n_columns - 1 - first, width - 1) for first in range(n_columns)]
    return sum(r + r * (r - 1) // 2 for r in reach)


def _keys(levels: Sequence[Codes]) -> Keys:
    """One number for each combination of levels, ``0 … number of combinations - 1``."""
    keys = levels[0].astype(np.int64)
    for other in levels[1:]:
        keys = keys * (int(other.max(initial=0)) + 1) + other
        keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return keys


def _confirmed(parts: Sequence[Part], members: tuple[int, ...], dependents: list[int]) -> list[int]:
    """Those of the dependents of which the rule holds in every row, and is to be believed."""
    for rows in (SAMPLE, None):
        if dependents:
            keys = _keys([parts[n].levels[:rows] for n in members])
            dependents = [d for d in dependents if _is_function(keys, parts[d].levels[:rows])]
    if not dependents:
        return []
    levels = [parts[n].levels[:SAMPLE] for n in members]
    keys = _keys(levels)
    smaller = [_keys(some) for some in combinations(levels, len(levels) - 1)]
    if len(keys) - len(np.unique(keys)) < REPEATS_MIN:
        return []
    return [d for d in dependents if min(_broken(keys, some, parts[d].levels[:SAMPLE]) for some in smaller) >= ENOUGH]


def _unknown(levels: Sequence[Codes]) -> float:
    """Share of rows that independent cells of a determinant would leave unknown; 1 if fresh rows often are."""
    keys = _keys(levels)
    if _unseen(keys[::2], keys[1::2]) > UNKNOWN_MAX:
        return 1.0
    rolled = _keys([np.concatenate([a, np.roll(a, n * STRIDE)]) for n, a in enumerate(levels)])
    return _unseen(rolled[: len(keys)], rolled[len(keys) :])


def _is_function(keys: Keys, values: Codes) -> bool:
    first = np.zeros(int(keys.max(initial=-1)) + 1, np.int32)
    first[keys] = values
    return bool((first[keys] == values).all())


def _broken(keys: Keys, smaller: Keys, values: Codes) -> float:
    """Rows that repeat a key, each times the chance that two rows that agree on less differ in value."""
    n = np.bincount(smaller)
    both = _keys([smaller.astype(np.int32), values])
    first = np.zeros(int(both.max(initial=-1)) + 1, np.int64)
    first[both] = smaller
    squares = np.bincount(first, weights=np.bincount(both).astype(np.float64) ** 2, minlength=len(n))
    differs = 1.0 - squares / n.astype(np.float64) ** 2
    repeats = np.ones(len(keys), bool)
    repeats[np.unique(keys, return_index=True)[1]] = False
    return float(differs[smaller[repeats]].sum())


def _unseen(known: Keys, asked: Keys) -> float:
    return float(1.0 - np.isin(asked, known).mean()) if len(asked) else 1.0
