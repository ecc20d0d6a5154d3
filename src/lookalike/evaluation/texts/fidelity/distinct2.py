"""How many different pairs of words do synthetic texts have?"""

from itertools import pairwise

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_parts
from lookalike.evaluation.texts.comparison import TextComparison, Texts
from lookalike.evaluation.texts.telling import TOO_FEW
from lookalike.evaluation.texts.tokens import WORDS_AND_SIGNS

MEANING = (
    "Share of different pairs of words in the first 15,000: below its floor synthetic texts say the same again and "
    "again, above it they are jumbled."
)
MOST = 15_000  # tokens: the share falls with their number


def metric(comparison: TextComparison) -> Figure:
    """
    Share of different pairs among all pairs of consecutive words and signs of synthetic texts; the floor is ideal.

    The floor is that of held-back texts. Depends on the number of words: compare only figures of as many texts.

    Source: distinct-2, Li et al., arXiv:1510.03055, 2016.
    """
    sides = comparison.sides
    if sides is None:
        return Figure(None, None, "floor", MEANING, TOO_FEW)
    value, floor = (_share(texts) for texts in (sides.synthetic, sides.reference))
    parts = [_share(part) for part in comparison.parts(sides.synthetic)]
    return Figure(value, floor, "floor", MEANING, interval=of_parts(value, parts) if parts else None)


def _share(texts: Texts) -> float:
    tokens = [w for t in texts.cut for w in WORDS_AND_SIGNS.findall(t)][:MOST]
    return len(set(pairwise(tokens))) / max(len(tokens) - 1, 1)
