"""How far the share of records without a text is from the real one."""

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_share
from lookalike.evaluation.texts.comparison import HOLDOUT, SYNTHETIC, TRAIN, TextComparison

MEANING = "How far the share of records whose text is empty or missing is from the real one: 0 is as in the real rows."


def metric(comparison: TextComparison) -> Figure:
    """
    Absolute difference to train of the share of records without a text; lower is better, in ``[0, 1]``.

    The floor is that of held-back records, none without them. `details` has the shares of both tables.
    """
    heights = (comparison.train.height, comparison.n_held_back, comparison.synthetic.height)
    lacking = [n - len(comparison.tables[table]) for table, n in zip((TRAIN, HOLDOUT, SYNTHETIC), heights, strict=True)]
    if not heights[TRAIN] or not heights[SYNTHETIC]:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes real and synthetic records.")
    real, synthetic = lacking[TRAIN] / heights[TRAIN], lacking[SYNTHETIC] / heights[SYNTHETIC]
    floor = abs(lacking[HOLDOUT] / heights[HOLDOUT] - real) if heights[HOLDOUT] else None
    low, high = of_share(lacking[SYNTHETIC], heights[SYNTHETIC])
    near = 0.0 if low <= real <= high else min(abs(low - real), abs(high - real))
    interval = (near, max(abs(low - real), abs(high - real)))
    details = {"train": real, "synthetic": synthetic}
    return Figure(abs(synthetic - real), floor, "lower", MEANING, details=details, interval=interval)
