"""How many synthetic windows repeat a real one?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.windows import MIN_QUERIES, of_units

MEANING = (
    "Share of synthetic windows that repeat a window learnt from: more than real rows repeat each other is copying."
)


def metric(comparison: SequenceComparison) -> Figure:
    """
    Share of synthetic windows that are a train window, to a five-hundredth of a standard deviation; in ``[0, 1]``.

    Windows of a panel have two to six rows and are compared by value, those of a series 24 and by first differences.
    The floor is the share of held-back windows that are.

    Source: exact copies as in Carlini et al., "Extracting training data", USENIX Security 2021, on windows.
    """
    found = comparison.nearness
    if found is None:
        return Figure(
            None, None, "lower", MEANING, f"Not judged: it takes {MIN_QUERIES} windows held back and synthetic."
        )
    value, floor = (float(np.mean(d == 0)) for d in (found.synthetic, found.fresh))
    details = {"n_windows": len(found.synthetic)}
    return Figure(value, floor, "lower", MEANING, details=details, interval=of_units(value, found.unit))
