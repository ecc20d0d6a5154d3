"""Do synthetic rows lead to conditions that exactly one row learnt from meets?"""

import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.attacks import Risk, risk
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import Crowds, crowds, unjudged
from lookalike.evaluation.neighbours import Points
from lookalike.evaluation.predicates import of_one_column, of_several_columns

MEANING = (
    "How much more often exactly one row learnt from meets a condition made from a synthetic row than exactly one row "
    "held back does: 0 is no more often, 1 is always."
)
MIN_PREDICATES = 20
MAX_PREDICATES = 500  # of either kind
CANDIDATES = 2_000  # not each set of columns singles out the row it comes from
MAX_REPEATS = 10


def metric(comparison: Comparison) -> Figure:
    """
    Risk that synthetic rows single out a row; lower is better, in ``[0, 1]``.

    Predicates are those that exactly one synthetic row meets: of one column, or of two to six (see `predicates`). Risk
    is by how much more often exactly one of the train rows meets them than one of as many held-back ones. A larger
    train is cut at random into parts of that size, at most ten; then even a complete copy comes only to `copy` of the
    details. The floor is the same with one half of the held-back rows in the place of the synthetic ones.

    Source: Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", PoPETs 2023.
    """
    crowd = comparison.once(crowds)
    if crowd is None:
        return unjudged("lower", MEANING)
    if len(crowd.columns) < 2:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes two columns to combine.")
    found, floor = (
        attack(c, stream(comparison.seed, "evaluation", "singling_out", i)) for i, c in enumerate((crowd, crowd.fair))
    )
    if "all" not in found:
        note = f"Not judged: fewer than {MIN_PREDICATES} conditions single out a synthetic row."
        return Figure(None, None, "lower", MEANING, note)
    value, least = found["all"], floor["all"].value if "all" in floor else None
    details = {**{k: {"risk": r.value, **r.details()} for k, r in found.items()}, "copy": 1 / len(_parts(crowd))}
    return Figure(value.value, least, "lower", MEANING, crowd.note, details, value.interval)


def attack(crowd: Crowds, rng: np.random.Generator) -> dict[str, Risk]:
    """The risk from predicates of ``one`` column, of ``several``, and of ``all``; none from fewer than 20."""
    parts = _parts(crowd)
    n = len(parts[0])
    synthetic, control = crowd.synthetic[:n], crowd.holdout[:n]
    made = of_one_column(synthetic, rng), of_several_columns(synthetic, CANDIDATES, rng)
    kinds = [p.only(p.single_out(synthetic), MAX_PREDICATES) for p in made]
    train = [np.mean([p.single_out(part) for part in parts], axis=0) for p in kinds]
    held = [p.single_out(control).astype(np.float64) for p in kinds]
    hits = {
        "one": (train[0], held[0]),
        "several": (train[1], held[1]),
        "all": (np.concatenate(train), np.concatenate(held)),
    }
    return {k: risk(t, c) for k, (t, c) in hits.items() if len(c) >= MIN_PREDICATES}


def _parts(crowd: Crowds) -> list[Points]:
    """Train in parts as large as the smallest table."""
    n = min(len(crowd.train), len(crowd.holdout), len(crowd.synthetic))
    return [crowd.train[i * n : (i + 1) * n] for i in range(min(len(crowd.train) // n, MAX_REPEATS))]
