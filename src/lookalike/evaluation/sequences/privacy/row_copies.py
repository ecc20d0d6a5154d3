"""How many synthetic rows repeat a real one?"""

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import HOLDOUT, SYNTHETIC, TRAIN, SequenceComparison
from lookalike.evaluation.sequences.panel import Panel
from lookalike.evaluation.sequences.windows import MIN_QUERIES, of_units

MEANING = "Share of synthetic rows that repeat a row learnt from: more than real rows repeat each other is copying."
DECIMALS = 6
MISSING = -9e9


def metric(comparison: SequenceComparison) -> Figure:
    """
    Share of synthetic rows equal to a train row in all columns but keys and index, to six decimals; in ``[0, 1]``.

    The floor is the share of held-back rows that are.

    Source: exact copies, NewRowSynthesis of SDMetrics the other way round.
    """
    train, holdout, synthetic = (comparison.panels[t] for t in (TRAIN, HOLDOUT, SYNTHETIC))
    if min(len(p.values) for p in comparison.panels) < MIN_QUERIES or not train.layout.n_values:
        note = f"Not judged: it takes {MIN_QUERIES} rows learnt from, held back and synthetic."
        return Figure(None, None, "lower", MEANING, note)
    known = _rows(train)
    value, floor = (float(np.isin(_rows(p), known).mean()) for p in (synthetic, holdout))
    return Figure(value, floor, "lower", MEANING, interval=of_units(value, synthetic.unit))


def _rows(panel: Panel) -> NDArray[np.void]:
    """Each row as one value that equals another where the rows are equal."""
    values = np.nan_to_num(panel.values[:, : panel.layout.n_values], nan=MISSING).round(DECIMALS) + 0.0
    width = values.itemsize * values.shape[1]
    return np.ascontiguousarray(values).view(np.dtype((np.void, width)))[:, 0]
