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
ROUNDED = 100  # rows of a group from which on any rates can be rounded to within half the gap

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


def evened_out(counts: Counts, shares: Floats, columns: Sequence[Levels], places: Sequence[int]) -> Counts:
    """
    The counts with rows moved so that each level of some columns has its own share rounded, if combinations allow it.

    Args:
        columns: Level of each combination, one array a column.
        places: Of the columns whose levels are evened out; rows of the levels of others do not change.
    """
    evened = counts.copy()
    for place in places:
        wanted = largest_remainders(_sums(columns[place], shares), int(counts.sum()))
        _even_out(evened, shares, columns[place], wanted, [c for n, c in enumerate(columns) if n != place])
    return evened


def share_out_fairly(shares: Floats, groups: Levels, targets: Levels, total: int) -> Counts:
    """
    Rows of each combination, so that the rates of target levels in any two groups differ by at most `GAP`.

    Small groups grow or shrink by a few rows until their rates can be rounded so, which may leave a group empty.
    """
    rates = _sums(targets, shares)
    sizes = _parity_sizes(largest_remainders(_sums(groups, shares), total), rates)
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


def _parity_sizes(sizes: Counts, rates: Floats) -> Counts:
    """
    Sizes of groups, near those and adding up to as many, at which all rates can be rounded to half the gap.

    The greatest group takes what the others give; while it cannot be rounded so, the smallest of the others is emptied.
    """
    fitting = np.array([n for n in range(ROUNDED + 1) if _can_be_rounded(n, rates)])
    above = np.searchsorted(fitting, np.minimum(sizes, ROUNDED))
    low, high = fitting[np.maximum(above - 1, 0)], fitting[above]
    fitted = np.where(sizes >= ROUNDED, sizes, np.where(sizes - low < high - sizes, low, high))
    greatest = int(np.argmax(sizes))
    fitted[greatest] = 0
    smallest = np.argsort(fitted, kind="stable")
    rests = int(sizes.sum() - fitted.sum()) + np.concatenate([[0], np.cumsum(fitted[smallest])])
    good = (rests >= ROUNDED) | ((rests > 0) & np.isin(rests, fitting))
    n_emptied = int(np.argmax(good)) if good.any() else len(sizes)
    fitted[smallest[:n_emptied]] = 0
    fitted[greatest] = rests[n_emptied]
    return fitted


def _can_be_rounded(size: int, rates: Floats) -> bool:
    gaps = np.abs(largest_remainders(rates, size) - rates * size)
    return bool(gaps.max() <= size * GAP / 2) or size >= ROUNDED


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
