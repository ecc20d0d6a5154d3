"""Texts from n-grams: the backend for few records and for haste. What a text says, its kind and its length steer it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lookalike.engines.text.counting import Array, Corpus, Tree, count_tree, n_roots
from lookalike.engines.text.descending import Descent, draw_texts, sum_bits

ORDER = 4  # of 5 more is told word by word as records have it, and nothing is gained
ORDERS_MAX = 16  # a longer one is a damaged header
DISCOUNT = 0.35  # of Kneser and Ney's: with theirs held-back texts are likelier, but drawn ones are word salad
ALL_KINDS = 0.5  # how far what all kinds say is followed before the kind's own shorter n-gram is asked
DTYPES = {"first": np.int64, "token": np.int32, "share": np.float64}


@dataclass(frozen=True, eq=False)
class Ngram:
    """A model of texts. Attributes: as in `Corpus`; `order`: tokens of the longest n-gram; `tree`: their shares."""

    order: int
    n_tokens: int
    n_kinds: int
    tree: Tree

    def state(self) -> tuple[dict[str, Any], Mapping[str, Array]]:
        """What `load` takes: numbers for a header, and arrays."""
        return {"order": self.order, "n_tokens": self.n_tokens, "n_kinds": self.n_kinds}, vars(self.tree)

    def write(self, kinds: Array, lengths: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """
        A text a row.

        Args:
            kinds: int32 ``(n,)``, in ``0 … n_kinds - 1``.
            lengths: int32 ``(n,)``, how many tokens each text is to have; texts come near it, and never have more than
                twice as many and 20.

        Returns:
            ids: int32, the tokens of all texts one after the other.
            ends: int64 ``(n,)``, where in `ids` each text ends. Texts may be empty.

        Raises:
            ValueError: if a kind is none, or there are not as many lengths as kinds.
        """
        if lengths.shape != kinds.shape:
            raise ValueError("not as many lengths as kinds")
        seeds = rng.integers(0, 2**64, kinds.size, np.uint64)
        return draw_texts(self._descent(), self._kinds(kinds), np.array(lengths, np.int32), seeds)

    def bits(self, ids: Array, ends: Array, kinds: Array) -> float:
        """
        Mean bits a token of texts that were held back, with the ends of texts; a token that cannot be drawn counts 20.

        Raises:
            ValueError: if a kind is none, there is no text, or a text ends where there is none.
        """
        if not ends.size:
            raise ValueError("no text")
        if ends.shape != kinds.shape or (np.diff(ends, prepend=0) < 0).any() or ends[-1] != ids.size:
            raise ValueError("texts that end elsewhere")
        texts = np.array(ids, np.int32), np.array(ends, np.int64)
        return float(sum_bits(self._descent(), *texts, self._kinds(kinds))) / (ids.size + ends.size)

    def _kinds(self, kinds: Array) -> Array:
        if ((kinds < 0) | (kinds >= self.n_kinds)).any():
            raise ValueError("a kind that is none")
        return np.array(kinds, np.int32)

    def _descent(self) -> Descent:
        """Down from the kind's longest n-grams, before each shorter one of the kind one of all that is one longer."""
        alone = self.n_kinds == 1
        steps = [(0, depth, 1.0) for depth in range(self.order - 1, -1, -1)]
        if not alone:
            between = [((0, depth, ALL_KINDS), (1, depth - 1, 1.0)) for depth in range(self.order - 1, 0, -1)]
            steps = [(1, self.order - 1, 1.0), *(step for pair in between for step in pair), (0, 0, 1.0)]
        trees, depths, weights = zip(*steps, strict=True)
        way = np.array(trees, np.int64), np.array(depths, np.int64), np.array(weights, np.float64)
        return Descent(self.tree.first, self.tree.token, self.tree.share, *way, self.order, self.n_tokens)


def fit(corpus: Corpus, *, floor: int, order: int = ORDER) -> Ngram:
    """
    What can be learnt of texts.

    Args:
        floor: Two tokens or more that stand side by side in fewer records than this are not learnt.
        order: Tokens of the longest n-gram, at least 1.

    Raises:
        ValueError: if there is no text.
    """
    if not corpus.ends.size:
        raise ValueError("no text")
    tree = count_tree(corpus, floor=floor, order=order, scale=DISCOUNT)
    return Ngram(order, corpus.n_tokens, corpus.n_kinds, tree)


def load(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> Ngram:
    """
    The model that `Ngram.state` told.

    Raises:
        ValueError, KeyError: where it told something else, so that nothing is read or drawn that is not there.
    """
    order, n_tokens, n_kinds = (header[name] for name in ("order", "n_tokens", "n_kinds"))
    limits = (order, ORDERS_MAX), (n_tokens, 2**31 - 2), (n_kinds, 2**31 - 2)
    if any(type(value) is not int or not 1 <= value <= limit for value, limit in limits):
        raise ValueError("numbers of an n-gram model")
    tree = Tree(**{name: arrays[name] for name in DTYPES})
    if any(array.dtype != DTYPES[name] or array.ndim != 1 for name, array in vars(tree).items()):
        raise ValueError("dtypes of an n-gram model")
    _check(tree, n_tokens, n_roots(n_kinds))
    return Ngram(order, n_tokens, n_kinds, Tree(**{name: np.array(array) for name, array in vars(tree).items()}))


def _check(tree: Tree, n_tokens: int, roots: int) -> None:
    """A ValueError where the nodes below a node are not where it says, not by token, or shares are none."""
    first, token, share = tree.first, tree.token, tree.share
    if not roots < token.size == share.size == first.size - 1:
        raise ValueError("sizes of an n-gram model")
    if first[0] != roots or first[-1] != token.size or (first[1:] < first[:-1]).any():
        raise ValueError("nodes of an n-gram model")
    if first[roots - 1] == first[roots]:
        raise ValueError("no n-gram")
    eldest = np.zeros(token.size, bool)
    eldest[first[:-1][first[:-1] < first[1:]]] = True
    eldest, token, share = eldest[roots:], token[roots:], share[roots:]
    before = np.where(eldest, -1, np.roll(token, 1))
    steps = share - np.where(eldest, 0.0, np.roll(share, 1))
    if (token <= before).any() or (token > n_tokens + 1).any():
        raise ValueError("tokens of an n-gram model")
    if not ((steps >= 0) & (share <= 1 + 1e-9)).all() or (steps[token > n_tokens] > 0).any():
        raise ValueError("shares of an n-gram model")
    if not share[first[roots] - 1 - roots] > 0:
        raise ValueError("no token is likely")
