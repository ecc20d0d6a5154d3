"""How far what columns tell of each other is from what real ones tell."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.heat import heat
from lookalike.evaluation.pairs import TOO_FEW, counted, summary, worst

MEANING = (
    "How far off it is how much columns tell of each other, on average over pairs: 0 is as in the real rows, "
    "1 is everything for nothing."
)


def metric(comparison: Comparison) -> Figure:
    """
    Mean absolute difference to train of normalised mutual information over pairs; lower is better, in ``[0, 1]``.

    Of columns of any type, on the cells of `pairs.counted`; unlike `fidelity.pair_distances` it does not mind columns
    that are off by themselves, only how they hang together. `details` lists the worst pairs, with the information in
    train and in synthetic rows, and the matrices of the worst columns, of fresh and of as many synthetic rows.

    Source: see `pairs.normalised_information`.
    """
    found = counted(comparison)
    if found is None:
        return Figure(None, None, "lower", MEANING, TOO_FEW)
    known = found.information
    errors = np.abs(known[:, 1:] - known[:, :1])
    mean = summary(errors, has_parts=found.has_parts, has_fresh=found.has_fresh)
    pairs = worst(
        comparison.metadata.names,
        found.pairs,
        errors,
        lambda k: {"train": float(known[k, 0]), "synthetic": float(known[k, 1])},
        has_fresh=found.has_fresh,
    )
    excess = errors[:, 0] - (errors[:, -1] if found.has_fresh else 0.0)
    real = -1 if found.has_fresh else 0  # as few rows as the synthetic: fewer seem to tell more of each other
    matrices = heat(comparison.metadata.names, found.pairs, known[:, [real, 1]], excess)
    details = {"pairs": pairs, "n_pairs": len(found.pairs), "matrices": matrices}
    return Figure(mean.value, mean.floor, "lower", MEANING, found.note, details, mean.interval)
