"""Do synthetic rows keep the rules that the rows learnt from keep?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import MAX_ROWS, SYNTHETIC, Comparison
from lookalike.evaluation.intervals import of_share

MEANING = "Share of synthetic rows that break a rule: 0 is none, 1 is all."
N_WORST = 20

Broken = Mapping[str, NDArray[np.bool_]]


def metric(comparison: Comparison) -> Figure:
    """
    Share of synthetic rows that break at least one rule; lower is better, in ``[0, 1]``.

    The rules are the caller's, `Comparison.breaches`: found in the rows learnt from, or declared. The floor is the
    share of fresh real rows, which may break a rule that was found. `details` lists the rules most often broken.
    """
    rows, fresh = comparison.rows(SYNTHETIC, MAX_ROWS, "rules"), comparison.against_train().fresh
    ours = {} if comparison.breaches is None else comparison.breaches(comparison.frame(rows))
    if comparison.breaches is None or not ours or not len(rows):
        return Figure(None, None, "lower", MEANING, f"Not judged: there are no {'rows' if ours else 'rules'}.")
    theirs = None if fresh is None else comparison.breaches(comparison.frame(fresh))
    n_broken = _n_broken(ours, len(rows))
    floor = None if theirs is None or fresh is None else _n_broken(theirs, len(fresh)) / len(fresh)
    details = {"n_rules": len(ours), "n_rows": len(rows), "rules": _worst(ours, theirs)}
    return Figure(n_broken / len(rows), floor, "lower", MEANING, "", details, of_share(n_broken, len(rows)))


def _n_broken(broken: Broken, n: int) -> int:
    """Rows that break any rule."""
    return int(np.any([np.zeros(n, bool), *broken.values()], axis=0).sum())


def _worst(ours: Broken, theirs: Broken | None) -> list[dict[str, Any]]:
    shares = {title: float(rows.mean()) for title, rows in ours.items() if rows.any()}
    return [
        {"rule": title, "share": shares[title], "floor": None if theirs is None else float(theirs[title].mean())}
        for title in sorted(shares, key=lambda title: -shares[title])[:N_WORST]
    ]
