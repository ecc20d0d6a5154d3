"""Are levels that few rows have as frequent as they are, or gone?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.data.metadata import ColumnType
from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn
from lookalike.evaluation.pairs import Array, groups_of, summary

MEANING = "How far off the shares of rare levels are, on average: 0 is as in the real rows, 1 is that they are gone."
RARE = 0.01  # of the train rows: a level that fewer have is rare
N_WORST = 20


@dataclass(frozen=True, eq=False)
class _Column:
    """
    What is known of a column, in groups of rows as `groups_of` has them.

    Attributes:
        n_rare: Levels that are rare.
        errors: How far their shares are off, in ``[0, 1]``; 0 if none is rare.
        present: How many of the rare levels there are.
        share: Of rows that have a rare level; here train comes first.
        made_up: Of cells with a level that train lacks.
    """

    name: str
    n_rare: int
    errors: Array
    present: Array
    share: Array
    made_up: Array


def metric(comparison: Comparison) -> Figure:
    """
    Mean over columns of the distance of the shares of rare levels to those in train; lower is better, in ``[0, 1]``.

    Rare is a level that less than 1 % of the train rows have, yet at least `min_level_rows`: what fewer have, an engine
    that guards people leaves out. The distance is the sum of the differences of shares over the sum of all shares: 0 if
    all are equal, 1 if the levels are gone. `details` tells, by column and in all, how many of the rare levels there
    are, and `made_up`, the share of cells with a level that train does not have. No level is named.

    Source: Bray and Curtis, Ecological Monographs 27, 1957, for the distance.
    """
    sides = comparison.against_train()
    columns = [c for c in comparison.columns if not c.is_number and c.column.type is not ColumnType.TEXT]
    if not len(sides.reference) or not len(sides.synthetic) or not columns:
        return Figure(None, None, "lower", MEANING, "There are no rows, or no columns of levels, to compare.")
    groups, has_parts = groups_of(comparison, sides)
    has_fresh = sides.fresh is not None
    found = [_column(c, sides.reference, groups, comparison.min_level_rows) for c in columns]
    details = _details(found, has_fresh=has_fresh)
    rare = [c for c in found if c.n_rare]
    if not rare:
        note = f"No level is rare: had by {comparison.min_level_rows} train rows, and by less than 1 % of them."
        return Figure(None, None, "lower", MEANING, note, details)
    told = summary(np.stack([c.errors for c in rare]), has_parts=has_parts, has_fresh=has_fresh)
    return Figure(told.value, told.floor, "lower", MEANING, "", details, told.interval)


def _column(column: EncodedColumn, reference: Rows, groups: list[Rows], least: int) -> _Column:
    n_levels = len(column.levels or ())
    every = [rows.codes(column) for rows in (reference, *groups)]
    counts = np.stack([np.bincount(codes[codes >= 0], minlength=n_levels) for codes in every])
    shares = counts / np.array([[len(codes)] for codes in every])
    rare = (counts[0] >= least) & (counts[0] < RARE * len(reference))
    ours, theirs = shares[1:, rare], shares[:1, rare]
    total, there = (ours + theirs).sum(axis=1), shares[1:].sum(axis=1)
    return _Column(
        name=column.column.name,
        n_rare=int(rare.sum()),
        errors=np.abs(ours - theirs).sum(axis=1) / np.where(total > 0, total, 1.0),
        present=(ours > 0).sum(axis=1),
        share=shares[:, rare].sum(axis=1),
        made_up=shares[1:, counts[0] == 0].sum(axis=1) / np.where(there > 0, there, 1.0),
    )


def _details(found: list[_Column], *, has_fresh: bool) -> dict[str, Any]:
    rare = [c for c in found if c.n_rare]
    made_up = np.mean([c.made_up for c in found], axis=0)
    present = np.sum([c.present for c in rare], axis=0) if rare else np.zeros_like(made_up)
    excess = [c.errors[0] - (c.errors[-1] if has_fresh else 0.0) for c in rare]
    worst = np.argsort(-np.array(excess), kind="stable")[:N_WORST].tolist()
    return {
        "n_rare": sum(c.n_rare for c in rare),
        "n_present": int(present[0]),
        "n_present_floor": int(present[-1]) if has_fresh else None,
        "made_up": float(made_up[0]),
        "made_up_floor": float(made_up[-1]) if has_fresh else None,
        "by_column": [_told(rare[k], has_fresh=has_fresh) for k in worst],
    }


def _told(column: _Column, *, has_fresh: bool) -> dict[str, Any]:
    return {
        "column": column.name,
        "error": float(column.errors[0]),
        "floor": float(column.errors[-1]) if has_fresh else None,
        "n_rare": column.n_rare,
        "n_present": int(column.present[0]),
        "train": float(column.share[0]),
        "synthetic": float(column.share[1]),
        "made_up": float(column.made_up[0]),
    }
