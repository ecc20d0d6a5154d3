"""
Counting the n-grams of texts into a tree: the nodes below a node are the tokens that may follow it, with their shares.

Modified Kneser-Ney (Chen and Goodman, "An empirical study of smoothing techniques for language modeling", 1999) with
changes. Counts are those of records: what one record says often counts once. N-grams of few records are left out, and
hand all their occurrences down to the shorter n-gram, not one. There is a tree of its own for each kind of text.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

HEAVY = 3  # counts from here on share a discount (Chen and Goodman, 1999)


@dataclass(frozen=True, eq=False)
class Corpus:
    """
    Texts as tokens, with what kind each is of.

    Attributes:
        ids: int32, the tokens of all texts one after the other, in ``0 … n_tokens - 1``.
        ends: int64 ``(n,)``, ascending: where in `ids` each text ends.
        kinds: int32 ``(n,)``, in ``0 … n_kinds - 1``.
    """

    ids: Array
    ends: Array
    kinds: Array
    n_tokens: int
    n_kinds: int

    @property
    def end(self) -> int:
        """The token after the last of a text."""
        return self.n_tokens

    @property
    def beginning(self) -> int:
        """The token before the first of a text; it is seen, never drawn."""
        return self.n_tokens + 1

    @property
    def n_roots(self) -> int:
        return n_roots(self.n_kinds)


def n_roots(n_kinds: int) -> int:
    """How many trees there are: one a kind, and the last for all of them; a single kind needs none of its own."""
    return n_kinds + 1 if n_kinds > 1 else 1


@dataclass(frozen=True, eq=False)
class Tree:
    """
    All trees in one, level by level: the roots, then the tokens that were seen, then those that followed these.

    Attributes:
        first: int64 ``(nodes + 1,)``: the nodes below node ``v`` are ``first[v] … first[v + 1] - 1``, by token.
        token: int32 ``(nodes,)``; 0 at roots.
        share: float64 ``(nodes,)``: discounted shares, summed up over the nodes below the same one. What the last sum
            lacks to 1 goes to shorter n-grams.
    """

    first: Array
    token: Array
    share: Array


@dataclass(frozen=True, eq=False)
class _Row:
    """All texts with beginnings and ends, once below their kinds' roots and once below that of all."""

    token: Array  # int32 (p,)
    record: Array  # int32 (p,)
    place: Array  # int32 (p,): how many tokens of the text stand before
    root: Array  # int32 (p,)


@dataclass(frozen=True, eq=False)
class _Level:
    """N-grams of one length, in the order of what they follow and of their last tokens."""

    at: Array  # int32 (p,): the n-gram that ends at each position, -1 where none is counted
    sample: Array  # int64 (m,): a position at which each ends
    parent: Array  # int64 (m,): the kept n-gram that each continues
    records: Array  # int64 (m,): in how many records
    kept: Array  # bool (m,)

    def ends(self) -> Array:
        """The number among the kept of the n-gram that ends at each position; -1 for none."""
        number = np.where(self.kept, np.cumsum(self.kept) - 1, -1)
        return np.append(number, -1).astype(np.int32)[self.at]  # the last of them is that of -1


def count_tree(corpus: Corpus, *, floor: int, order: int, scale: float) -> Tree:
    """
    The shares of all n-grams up to `order` tokens that are in `floor` records at least; single tokens all count.

    There must be a text, and fewer than a thousand million tokens: places are numbered in 32 bits.

    Args:
        floor: Of records of any kind; a kind's tree has what of that is found in the kind.
        scale: Discounts are multiplied by it.
    """
    row = _row(corpus)
    levels: list[_Level] = []
    above = row.root
    for length in range(1, order + 1):
        levels.append(_level(corpus, row, above, floor if length > 1 else 1))
        above = np.where(row.place > 0, np.roll(levels[-1].ends(), 1), np.int32(-1))
    counts = [_counts(row, levels, number) for number in range(order)]
    return _join(corpus, row, levels, [_shares(corpus, row, *pair, scale) for pair in zip(levels, counts, strict=True)])


def _row(corpus: Corpus) -> _Row:
    """The row, `ids` twice: first all texts of their kinds, then all texts of any."""
    lengths = np.diff(corpus.ends, prepend=0) + 2
    ends = np.cumsum(lengths)
    token = np.full(ends[-1], corpus.beginning, np.int32)
    place = (np.arange(token.size) - np.repeat(ends - lengths, lengths)).astype(np.int32)
    token[ends - 1] = corpus.end
    inner = np.ones(token.size, bool)
    inner[ends - 1] = inner[ends - lengths] = False
    token[inner] = corpus.ids
    record = np.repeat(np.arange(lengths.size, dtype=np.int32), lengths)
    every = np.full(token.size, corpus.n_roots - 1, np.int32)
    if corpus.n_roots == 1:
        return _Row(token, record, place, every)
    kinds = np.repeat(corpus.kinds.astype(np.int32), lengths)
    return _Row(np.tile(token, 2), np.tile(record, 2), np.tile(place, 2), np.concatenate([kinds, every]))


def _level(corpus: Corpus, row: _Row, above: Array, floor: int) -> _Level:
    """N-grams that continue those of `above`, the kept n-gram before each position."""
    valid = np.flatnonzero(above >= 0)
    keys = above[valid].astype(np.int64) * (corpus.n_tokens + 2) + row.token[valid]
    order = np.argsort(keys, kind="stable")
    sorted_keys, where = keys[order], valid[order]
    fresh = np.diff(sorted_keys, prepend=-1) != 0
    again = ~fresh & (np.diff(row.record[where], prepend=-1) == 0)
    number = np.cumsum(fresh) - 1
    at = np.full(row.token.size, -1, np.int32)
    at[where] = number
    sample = where[fresh]
    records = np.bincount(number[~again], minlength=sample.size)
    # a kind's n-gram is the same span as that of all, which ends half a row further on
    whole = at[-row.token.size // 2 :] if corpus.n_roots > 1 else at
    spans = whole[sample % whole.size]
    return _Level(at, sample, above[sample], records, records[spans] >= floor)


def _counts(row: _Row, levels: list[_Level], number: int) -> Array:
    """
    Counts of a level's n-grams: records of the longest, and of those that begin their texts; of others what the n-grams
    one token longer hand down, the kept 1 each, the dropped as often as they occur.
    """
    level = levels[number]
    if number + 1 == len(levels):
        return level.records
    longer = levels[number + 1]
    kept = longer.sample[longer.kept]
    dropped = (level.at >= 0) & (longer.ends() < 0) & (row.place > number)
    handed = np.bincount(level.at[np.concatenate([kept, np.flatnonzero(dropped)])], minlength=level.records.size)
    return np.where(row.place[level.sample] == number, level.records, handed)


def _shares(corpus: Corpus, row: _Row, level: _Level, counts: Array, scale: float) -> Array:
    """Discounted shares of a level's kept n-grams, summed up over those that continue the same one."""
    drawn = np.where(row.token[level.sample] == corpus.beginning, 0, counts)
    every = row.root[level.sample] == corpus.n_roots - 1
    kept = np.empty(counts.size)
    for group in (every, ~every):
        discounts = scale * _discounts(drawn[group])
        kept[group] = drawn[group] - discounts[np.minimum(drawn[group], HEAVY)]
    totals = np.bincount(level.parent, drawn)[level.parent]
    share, parent = (kept / totals)[level.kept], level.parent[level.kept]
    sums = np.cumsum(share)
    fresh = np.flatnonzero(np.diff(parent, prepend=-1))
    before = (sums[fresh] - share[fresh]).repeat(np.diff(np.append(fresh, parent.size)))
    return sums - before


def _discounts(counts: Array) -> Array:
    """What counts of 0, 1, 2 and `HEAVY` or more are lessened by (Chen and Goodman, 1999, equation 26)."""
    n = np.bincount(np.minimum(counts, HEAVY + 2), minlength=HEAVY + 3).astype(float)
    found = np.zeros(HEAVY + 1)
    share = n[1] / max(n[1] + 2 * n[2], 1)
    for count in range(1, HEAVY + 1):
        more = n[count + 1] / n[count] if n[count] else 1.0
        found[count] = min(max(count - (count + 1) * share * more, 0.1), count - 0.1)
    return found


def _join(corpus: Corpus, row: _Row, levels: list[_Level], shares: list[Array]) -> Tree:
    """Levels end to end below the roots."""
    sizes = [corpus.n_roots, *(int(level.kept.sum()) for level in levels)]
    below, start = [], 0
    for number, level in enumerate(levels):
        start += sizes[number]
        places = np.bincount(level.parent[level.kept], minlength=sizes[number])
        below.append(start + np.cumsum(places) - places)
    n_nodes = sum(sizes)
    tokens = [row.token[level.sample[level.kept]] for level in levels]
    return Tree(
        first=np.concatenate([*below, np.full(sizes[-1] + 1, n_nodes)]),
        token=np.concatenate([np.zeros(sizes[0], np.int64), *tokens]).astype(np.int32),
        share=np.concatenate([np.zeros(sizes[0]), *shares]),
    )
