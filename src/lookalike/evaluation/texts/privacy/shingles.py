"""How much of the synthetic texts is word for word from those learnt from?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import of_share
from lookalike.evaluation.texts.comparison import HOLDOUT, MIN_TEXTS, TRAIN, TextComparison, Texts
from lookalike.evaluation.texts.tokens import SHINGLE, shingles

MEANING = (
    "Share of runs of eight words that stand in texts learnt from: more than in real texts held back is copying by the "
    "phrase."
)
MAX_KNOWN = 10_000  # texts of a side that runs are looked up in


def metric(comparison: TextComparison) -> Figure:
    """
    Share of the runs of eight words and signs of synthetic texts that stand in train; lower is better, in ``[0, 1]``.

    A part of train as large as the holdout counts. The floor is that of held-back texts. `details` has the share that
    stands in the holdout, that of train texts, and the gap between the first two, which without copying is 0.

    Source: Broder, "On the resemblance and containment of documents", 1997; n-gram copies as in McCoy et al.,
    arXiv:2111.09509, 2021.
    """
    sides = comparison.sides
    if sides is None or not comparison.has_holdout:
        return Figure(None, None, "lower", MEANING, f"Not judged: it takes {MIN_TEXTS} texts held back from learning.")
    made = [s for t in sides.synthetic.cut for s in shingles(t)]
    if not made:
        return Figure(None, None, "lower", MEANING, f"Not judged: no synthetic text has {SHINGLE} words.")
    size = min(MAX_KNOWN, *(len(t) for t in comparison.tables[:2]))
    learnt, held = (_known(comparison.draw(comparison.tables[t], size, "shingles", t)) for t in (TRAIN, HOLDOUT))
    value, elsewhere = (sum(s in known for s in made) / len(made) for known in (learnt, held))
    details = {"of_held_back": elsewhere, "of_held_back_floor": _share(sides.fresh, held), "gap": value - elsewhere}
    n = sum(1 for t in sides.synthetic.cut if shingles(t))  # runs of one text go together
    floor = _share(sides.reference, learnt)
    return Figure(value, floor, "lower", MEANING, details=details, interval=of_share(value * n, n))


def _known(texts: Texts) -> set[tuple[str, ...]]:
    return {s for t in texts.cut for s in shingles(t)}


def _share(texts: Texts, known: set[tuple[str, ...]]) -> float:
    found = [s in known for t in texts.cut for s in shingles(t)]
    return sum(found) / max(len(found), 1)
