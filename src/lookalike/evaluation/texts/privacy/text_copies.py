"""How many synthetic texts are those learnt from?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_share
from lookalike.evaluation.texts.comparison import HOLDOUT, MIN_TEXTS, TRAIN, TextComparison, Texts

MEANING = "Share of synthetic texts that are one learnt from: more than real texts repeat each other is copying."


def metric(comparison: TextComparison) -> Figure:
    """
    Share of synthetic texts equal to a train text, in any letter case; lower is better, in ``[0, 1]``.

    The floor is that of held-back texts. `details` has the share equal to a held-back text, and that for train texts:
    short texts are hit by chance, those learnt from the more often the more there are.

    Source: exact copies as in Carlini et al., "Extracting training data", USENIX Security 2021.
    """
    sides = comparison.sides
    if sides is None or not comparison.has_holdout:
        return Figure(None, None, "lower", MEANING, f"Not judged: it takes {MIN_TEXTS} texts held back from learning.")
    learnt, held = (_folded(comparison.tables[t]) for t in (TRAIN, HOLDOUT))
    found, n = _count(sides.synthetic, learnt), len(sides.synthetic)
    details = {
        "of_held_back": _count(sides.synthetic, held) / n,
        "of_held_back_floor": _count(sides.fresh, held) / n,
        "n_learnt": len(learnt),
        "n_held_back": len(held),
    }
    floor = _count(sides.reference, learnt) / n
    return Figure(found / n, floor, "lower", MEANING, details=details, interval=of_share(found, n))


def _folded(texts: Texts) -> set[str]:
    return {t.casefold() for t in texts.texts}


def _count(texts: Texts, known: set[str]) -> int:
    return sum(t.casefold() in known for t in texts.texts)
