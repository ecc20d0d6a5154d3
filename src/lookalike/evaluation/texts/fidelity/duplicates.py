"""How often do synthetic texts repeat each other?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_share
from lookalike.evaluation.texts.comparison import TextComparison, Texts
from lookalike.evaluation.texts.telling import TOO_FEW

MEANING = "Share of synthetic texts that repeat another of them: at its floor they do so as often as real ones."


def metric(comparison: TextComparison) -> Figure:
    """
    Share of synthetic texts that are an earlier one again, in any letter case; lower is better, in ``[0, 1]``.

    The floor is that of as many held-back texts.

    Source: self-repetition, as in Zhu et al., "Texygen", arXiv:1802.01886, 2018, of whole texts.
    """
    sides = comparison.sides
    if sides is None:
        return Figure(None, None, "lower", MEANING, TOO_FEW)
    n = len(sides.synthetic)
    value, floor = (_repeated(texts) / n for texts in (sides.synthetic, sides.reference))
    return Figure(value, floor, "lower", MEANING, interval=of_share(_repeated(sides.synthetic), n))


def _repeated(texts: Texts) -> int:
    return len(texts) - len({t.casefold() for t in texts.texts})
