"""Functional dependencies: columns that another one determines in every row; they are looked up, never drawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.transforms import BIN_MAX, Codes

PEEK = 2_000  # rows that are looked at first: most pairs fail there
EVIDENCE = 20.0  # violations that chance would have made, or the rule is not believed
PAIRS_MAX = 20_000  # tests of pairs a table gets, nearest pairs first
RANGES = 2  # of a number, for each level of a column that is little else than in which of them the number lies


@dataclass(frozen=True)
class Levels:
    """
    A column as a relation sees it.

    Attributes:
        numbers: Level of each row, ``n_levels`` for those that are not shown, shape ``(n,)``.
        exact: Every drawn cell is a level, so that it can determine others.
        ordered: A number. Of two columns that determine each other the number is kept.
    """

    numbers: Codes
    n_levels: int
    exact: bool
    ordered: bool


@dataclass(frozen=True)
class Derived:
    """Column `column` is ``lookup[level of column determinant]``, a level of its own."""

    column: int
    determinant: int
    lookup: Codes


def find_dependencies(
    columns: Sequence[Levels | None], drawn: Collection[int] = ()
) -> tuple[tuple[Derived, ...], tuple[tuple[int, int], ...]]:
    """
    Dependent columns, each with the determinant nearest to it; no determinant is itself dependent.

    A column depends on an earlier one, or on a later one if both determine each other and the later one is a number; or
    else, if no earlier one determines it, on a later one of more levels.

    Args:
        columns: None for those that take no part.
        drawn: Columns that are not to be looked up.

    Returns:
        What is to be looked up; and pairs of a determinant and a dependent that is not, so that it must be checked.
    """
    found: dict[int, int] = {}
    checked: list[tuple[int, int]] = []
    _by_earlier(columns, drawn, found, checked)
    _by_later(columns, drawn, found, checked)
    derived = tuple(Derived(d, k, _lookup(columns[k], columns[d])) for d, k in sorted(found.items()))
    return derived, tuple(checked)


def _by_earlier(
    columns: Sequence[Levels | None], drawn: Collection[int], found: dict[int, int], checked: list[tuple[int, int]]
) -> None:
    """Add, by dependent, the determinants that stand before, or are the number of a pair; and what must be checked."""
    for earlier, later in _pairs(columns):
        if earlier in found or later in found:
            continue
        a, b = columns[earlier], columns[later]
        if a is None or b is None or not determines(a, b):
            continue
        swap = b.ordered and not a.ordered and b.exact and earlier not in found.values() and determines(b, a)
        dependent, determinant = (earlier, later) if swap else (later, earlier)
        if dependent in drawn and (determinant in drawn or swap or not determines(b, a)):
            checked.append((determinant, dependent))
            continue
        if dependent in drawn:
            dependent, determinant = determinant, dependent
        if dependent not in found.values():
            found[dependent] = determinant


def _by_later(
    columns: Sequence[Levels | None], drawn: Collection[int], found: dict[int, int], checked: list[tuple[int, int]]
) -> None:
    """Add determinants that stand behind, of columns that no earlier one determines; and what must be checked."""
    for earlier, later in _pairs(columns):
        a, b = columns[earlier], columns[later]
        free = earlier not in found and earlier not in found.values() and later not in found
        if not free or a is None or b is None or (later, earlier) in checked or not determines(b, a):
            continue
        if earlier in drawn:
            checked.append((later, earlier))
        else:
            found[earlier] = later


def is_shadow(derived: Derived, determinant: Levels, dependent: Levels) -> bool:
    """
    Whether a column that is looked up is to have a shadow: drawn as well, before its determinant, as a clue to others.

    A determinant that comes later has told nothing yet; and one of more levels than bins tells little, unless it is a
    number and the column no more than what part of its range it lies in.
    """
    seen = derived.lookup[np.unique(determinant.numbers[determinant.numbers < determinant.n_levels])]
    if derived.column < derived.determinant:
        return len(np.unique(seen)) < len(seen)
    if determinant.n_levels <= BIN_MAX or dependent.n_levels > BIN_MAX:
        return False
    return not determinant.ordered or int((np.diff(seen) != 0).sum()) > RANGES * dependent.n_levels


def determines(a: Levels, b: Levels) -> bool:
    """Whether each level of `a` stands with one level of `b` only, in enough rows to believe it."""
    if not a.exact:
        return False
    peek = slice(0, PEEK)
    return _holds(a, b, peek) and _holds(a, b, slice(None)) and _evidence(a, b) >= EVIDENCE


def _pairs(columns: Sequence[Levels | None]) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of columns that take part, nearest first, as many as a table gets."""
    taking = [number for number, column in enumerate(columns) if column is not None]
    reach = max(1, min(len(taking), PAIRS_MAX // max(len(taking), 1)))
    return [(taking[i - d], taking[i]) for d in range(1, reach + 1) for i in range(d, len(taking))]


def _shown(a: Levels, b: Levels, rows: slice) -> tuple[Codes, Codes]:
    left, right = a.numbers[rows], b.numbers[rows]
    shown = (left < a.n_levels) & (right < b.n_levels)
    return left[shown], right[shown]


def _holds(a: Levels, b: Levels, rows: slice) -> bool:
    left, right = _shown(a, b, rows)
    first = np.zeros(a.n_levels, np.int32)
    first[left] = right
    return bool((first[left] == right).all())


def _evidence(a: Levels, b: Levels) -> float:
    """Rows that repeat a level of `a`, times the chance that an independent `b` would differ there."""
    left, right = _shown(a, b, slice(None))
    if not len(left):
        return 0.0
    repeats = len(left) - len(np.unique(left))
    shares = np.bincount(right) / len(right)
    return float(repeats * (1.0 - (shares**2).sum()))


def _lookup(a: Levels | None, b: Levels | None) -> Codes:
    """Per level of `a` its level of `b`; where no row shows it, the most frequent one."""
    if a is None or b is None:
        raise ValueError("a dependency of a column that takes no part")
    left, right = _shown(a, b, slice(None))
    lookup = np.full(a.n_levels, np.bincount(right).argmax(), np.int32)
    lookup[left] = right
    return lookup
