"""Do synthetic windows stand nearer to those learnt from than to others of the same source?"""

import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import MIN_UNITS, SequenceComparison, calendar_ranks
from lookalike.evaluation.sequences.panel import Kind, Numbers, Panel
from lookalike.evaluation.sequences.windows import (
    MAX_QUERIES,
    MAX_REFERENCES,
    MIN_QUERIES,
    Points,
    nearest,
    of_units,
)

MEANING = (
    "Share of synthetic windows that stand nearer to a window learnt from than to any of as many held back: at its "
    "floor there is no leaning on those learnt from, above it is copying."
)
REPEATS = 4  # of the floor, each with other halves


def metric(comparison: SequenceComparison) -> Figure:
    """
    Share of synthetic windows nearer to train than to an equally large holdout, ties half; its floor is ideal.

    In a panel train is thinned to the windows of the holdout, and the floor asks one half of the held-back sequences
    against the other and as many of train. Of stretches those of train count that follow a held-back one, so that both
    sides lie alike on the calendar; the floor asks the stretches of train that lie next to neither.
    A thinned train misses the original of many a copy: read `near_ratio` and `window_copies` too.

    Source: Platzer and Reutterer, arXiv:2104.00635, 2021, on windows.
    """
    if comparison.kind is Kind.SERIES or not comparison.has_holdout:
        return Figure(
            None, None, "half", MEANING, f"Not judged: it takes {MIN_UNITS} sequences held back from learning."
        )
    synthetic = comparison.panels[2]
    rows = comparison.draw(synthetic.windows(comparison.space.length, comparison.stride), MAX_QUERIES, "memo")
    in_panel = comparison.kind is Kind.PANEL
    near, away = comparison.panels[:2] if in_panel else (_neighbours(comparison)[0], comparison.panels[1])
    sides = _equal(comparison, near, away)
    if len(rows) < MIN_QUERIES or not len(sides[0]):
        note = f"Not judged: it takes {MIN_QUERIES} synthetic windows, and real ones beside each other."
        return Figure(None, None, "half", MEANING, note)
    value = _share(comparison.space.points(synthetic, rows), *sides)
    floor = _panel_floor(comparison) if in_panel else _stretch_floor(comparison, sides)
    details = {"n_windows": len(rows), "n_references": len(sides[0])}
    return Figure(value, floor, "half", MEANING, details=details, interval=of_units(value, synthetic.unit[rows]))


def _share(queries: Points, near: Points, away: Points) -> float:
    to_near, to_away = nearest(queries, near), nearest(queries, away)
    return float(np.mean((to_near < to_away) + 0.5 * (to_near == to_away)))


def _equal(comparison: SequenceComparison, near: Panel, away: Panel) -> tuple[Points, Points]:
    """Equally many windows of either side; none if one has none."""
    rows = [p.windows(comparison.space.length) for p in (near, away)]
    n = min(MAX_REFERENCES, *map(len, rows))
    drawn = [comparison.draw(r, n, "memo", side) for side, r in enumerate(rows)]
    return comparison.space.points(near, drawn[0][:n]), comparison.space.points(away, drawn[1][:n])


def _asked(comparison: SequenceComparison, panel: Panel, *names: str | int) -> Numbers:
    return comparison.draw(panel.windows(comparison.space.length), MAX_QUERIES, "memo", "floor", *names)


def _panel_floor(comparison: SequenceComparison) -> float | None:
    """The share for some held-back sequences, with as many of the others and of train on either side."""
    train, holdout, _ = comparison.panels
    k = min(len(train), len(holdout) // 2)
    shares = []
    for repeat in range(REPEATS):
        rng = stream(comparison.seed, "evaluation", "memo", repeat)
        order = rng.permutation(len(holdout))
        near = train.take(np.sort(rng.permutation(len(train))[:k]))
        away, asking = (holdout.take(np.sort(part)) for part in (order[:k], order[k:]))
        rows = _asked(comparison, asking, repeat)
        sides = _equal(comparison, near, away)
        if len(rows) and len(sides[0]):
            shares.append(_share(comparison.space.points(asking, rows), *sides))
    return float(np.mean(shares)) if shares else None


def _stretch_floor(comparison: SequenceComparison, sides: tuple[Points, Points]) -> float | None:
    """The share for stretches of train that lie next to neither side; None if there are none."""
    asking = _neighbours(comparison)[1]
    rows = _asked(comparison, asking)
    return _share(comparison.space.points(asking, rows), *sides) if len(rows) >= MIN_QUERIES else None


def _neighbours(comparison: SequenceComparison) -> tuple[Panel, Panel]:
    """The stretches of train that follow a held-back one, and those next to neither these nor held-back ones."""
    train, holdout, _ = comparison.panels
    ranks, held = calendar_ranks(train, holdout)
    near = np.isin(ranks - 1, held)
    taken = np.concatenate([held, ranks[near]])
    apart = (np.abs(ranks[:, None] - taken) > 1).all(axis=1)
    return train.take(np.flatnonzero(near)), train.take(np.flatnonzero(apart & ~near))
