"""
How many rows of an output each combination of levels gets.

Shares by iterative proportional fitting (Deming and Stephan, Ann. Math. Stat. 11, 1940), which changes the wished
margins and keeps what else the combinations tell; counts by largest remainders (Hamilton's method).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lookalike.errors import ConditionsUnreachable

TURNS = 500  # of fitting, at most
CLOSE = 1e-9
GAP = 0.02  # between the rates of two groups at most
_SEARCH = 60  # rows by which a group may grow or shrink until its rates can be rounded

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int64]


def fit_shares(
    weights: Floats, margins: Sequence[tuple[Levels, Floats]], parity: tuple[Levels, Levels] | None
) -> Floats:
    """
    Shares of combinations, adding up to 1.

    Args:
        weights: Natural shares, positive, shape ``(m,)``.
        margins: Of each column, the level of each combination and the share each level is to have.
        parity: Group and target level of each combination; they are made independent.

    Raises:
        ConditionsUnreachable: combinations that occur do not allow the margins.
    """
    shares: Floats = weights / weights.sum()
    for _ in range(TURNS):
        before = shares
        for levels, wanted in margins:
            shares = shares * _ratio(wanted, _sums(levels, shares, len(wanted)))[levels]
        if parity is not None:
            shares = shares * _towards_parity(shares, *parity)
        shares /= max(float(shares.sum()), 1e-300)
        if np.abs(shares - before).max() < CLOSE:
            break
    if any(np.abs(_sums(levels, shares, len(wanted)) - wanted).max() > 1e-4 for levels, wanted in margins):
        raise ConditionsUnreachable("The combinations of levels in the input do not allow the shares asked for.")
    return shares


def largest_remainders(shares: Floats, total: int) -> Counts:
    """Whole numbers in proportion to `shares`, adding up to `total`; each less than 1 from its exact share."""
    exact = shares * (total / max(float(shares.sum()), 1e-300))
    counts = np.floor(exact).astype(np.int64)
    short = total - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:short]] += 1
    return counts


def share_out(shares: Floats, columns: Sequence[Levels], total: int) -> Counts:
    """
    Rows of each combination, so that each level of each column has its own share of `total` rounded, where combinations
    allow it.

    Args:
        columns: Level of each combination, one array a column.
    """
    counts = largest_remainders(shares, total)
    for levels in columns:
        wanted = largest_remainders(_sums(levels, shares), total)
        _even_out(counts, shares, levels, wanted, [c for c in columns if c is not levels])
    return counts


def share_out_fairly(shares: Floats, groups: Levels, targets: Levels, total: int) -> Counts:
    """
    Rows of each combination, so that the rates of target levels in any two groups differ by at most `GAP`.

    Small groups grow or shrink by a few rows until their rates can be rounded so; a group too small for that is empty.
    """
    rates = _sums(targets, shares)
    sizes = largest_remainders(_sums(groups, shares), total)
    sizes = np.array([_parity_size(int(size), rates) for size in sizes])
    sizes[np.argmax(sizes)] += total - int(sizes.sum())
    counts = np.zeros(len(shares), np.int64)
    for group, size in enumerate(sizes):
        for target, n_rows in enumerate(largest_remainders(rates, int(size))):
            mine = np.flatnonzero((groups == group) & (targets == target))
            if n_rows and not len(mine):
                raise ConditionsUnreachable("A group has no row of a target level, so no parity can be reached.")
            counts[mine] = largest_remainders(shares[mine], int(n_rows))
    return counts


def wished_margin(natural: Floats, wished: Mapping[int, float]) -> Floats:
    """The share of each level: as wished, the rest shared out as it is by nature."""
    margin, rest = natural.copy(), 1.0 - sum(wished.values())
    others = np.array([level not in wished for level in range(len(natural))])
    natural_rest = float(natural[others].sum())
    if rest > 1e-6 and natural_rest <= 0.0:
        raise ConditionsUnreachable("The shares asked for leave a rest, and there is no other level to have it.")
    margin[others] *= max(rest, 0.0) / max(natural_rest, 1e-300)
    for level, share in wished.items():
        margin[level] = share
    margin /= margin.sum()
    return margin


def _sums(levels: Levels, shares: Floats, n_levels: int = 0) -> Floats:
    return np.bincount(levels, shares, n_levels).astype(np.float64)


def _ratio(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)


def _towards_parity(shares: Floats, groups: Levels, targets: Levels) -> Floats:
    n_targets = int(targets.max()) + 1
    cell = groups * n_targets + targets
    of_group, of_target = _sums(groups, shares), _sums(targets, shares)
    wanted = np.outer(of_group, of_target).ravel()
    moved: Floats = _ratio(wanted, _sums(cell, shares, len(wanted)))[cell]
    return moved


def _parity_size(size: int, rates: Floats) -> int:
    """The size nearest to that one at which all rates can be rounded to half the gap; 0 if there is none near."""
    for step in range(min(size, _SEARCH) + 1):
        for near in (size - step, size + step):
            if near and np.abs(largest_remainders(rates, near) / near - rates).max() <= GAP / 2:
                return near
    return 0


def _even_out(counts: Counts, shares: Floats, levels: Levels, wanted: Counts, others: Sequence[Levels]) -> None:
    """Moves rows between combinations that differ in one column only, until its levels have what is wanted."""
    keys = {(int(levels[i]), *(int(o[i]) for o in others)): i for i in range(len(counts))}
    found = np.bincount(levels, counts, len(wanted)).astype(np.int64)
    for source in np.argsort(-shares, kind="stable"):
        while counts[source] and found[levels[source]] > wanted[levels[source]]:
            rest = tuple(int(o[source]) for o in others)
            short = [level for level in np.flatnonzero(found < wanted) if (int(level), *rest) in keys]
            if not short:
                break
            counts[source] -= 1
            counts[keys[(int(short[0]), *rest)]] += 1
            found[levels[source]] -= 1
            found[short[0]] += 1
