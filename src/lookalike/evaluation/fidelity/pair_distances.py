"""How far each pair of columns is from the real one, on bins that all tables share."""

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.pairs import TOO_FEW, counted, summary, worst

MEANING = (
    "How far pairs of columns, taken together, are from the real ones: 0 is the same joint distribution, "
    "1 has nothing in common."
)


def metric(comparison: Comparison) -> Figure:
    """
    Mean total variation distance to train over pairs of columns; lower is better, in ``[0, 1]``.

    The cells of a column are those of `pairs.counted`. Many pairs are sampled by the seed. `details` lists the worst
    pairs.

    Source: Column Pair Trends of SDMetrics, except that all tables share the bins of train.
    """
    found = counted(comparison)
    if found is None:
        return Figure(None, None, "lower", MEANING, TOO_FEW)
    mean = summary(found.distances, has_parts=found.has_parts, has_fresh=found.has_fresh)
    pairs = worst(comparison.metadata.names, found.pairs, found.distances, lambda k: {}, has_fresh=found.has_fresh)
    details = {"pairs": pairs, "n_pairs": len(found.pairs)}
    return Figure(mean.value, mean.floor, "lower", MEANING, found.note, details, mean.interval)
