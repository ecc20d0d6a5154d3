"""Do synthetic rows help to join two files that each know some columns of the same people?"""

import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.attacks import Risk, risk
from lookalike.evaluation.boxes import Picks
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import MIN_ROWS, Crowds, affordable, crowds, unjudged
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.neighbours import Points, closest

MEANING = (
    "How much more often synthetic rows link two halves of a row learnt from than those of a row held back: "
    "0 is no more often, 1 is always."
)
MAX_TARGETS = 2_000  # of each side: a share is then known to about 0.02
N_SPLITS = 3  # ways to part the columns, each attacked with its share of the targets
K = 5  # synthetic rows that are looked at for either half


def metric(comparison: Comparison) -> Figure:
    """
    Risk that synthetic rows link the halves of a row; lower is better, in ``[0, 1]``.

    The columns are parted at random, three times. A row is linked if one synthetic row is among the five closest to
    both its halves. Risk is by how much train rows are linked more often than held-back ones. The floor is the same
    with one half of the held-back rows in the place of the synthetic ones.

    Source: Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", PoPETs 2023.
    """
    crowd = comparison.once(crowds)
    if crowd is None:
        return unjudged("lower", MEANING)
    if len(crowd.columns) < 2:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes two columns to link.")
    rng = stream(comparison.seed, "evaluation", "linkability")
    halves = [rng.permutation(len(crowd.columns)) < len(crowd.columns) // 2 for _ in range(N_SPLITS)]
    (found, n), (floor, _) = (attack(c, halves) for c in (crowd, crowd.fair))
    details = {**found.details(), "n_targets": n}
    return Figure(found.value, floor.value, "lower", MEANING, crowd.note, details, found.interval)


def attack(crowd: Crowds, halves: list[Picks]) -> tuple[Risk, int]:
    """The risk, and how many targets a side it comes from; each of the `halves` picks some of the columns."""
    n = min(len(crowd.train), len(crowd.holdout), MAX_TARGETS)
    wanted, m = affordable(2 * n, len(crowd.synthetic), len(crowd.columns))
    n, references = min(n, max(wanted // 2, MIN_ROWS)), crowd.synthetic[:m]
    known = [[(p, references.only(p)) for p in (half, ~half)] for half in halves]
    linked = [
        np.concatenate([_linked(rows[i:n:N_SPLITS], both) for i, both in enumerate(known)])
        for rows in (crowd.train, crowd.holdout)
    ]
    return risk(*linked), n


def _linked(targets: Points, known: list[tuple[Picks, Points]]) -> Vector:
    one, two = (closest(targets.only(columns), references, K)[1] for columns, references in known)
    return np.asarray((one[:, :, None] == two[:, None, :]).any(axis=(1, 2)), np.float64)
