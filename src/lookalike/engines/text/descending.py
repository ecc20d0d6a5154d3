"""Drawing texts from trees of n-grams, token by token: down from the longest n-gram to the first that gives a token."""

from typing import NamedTuple

import numpy as np

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.splits import next_random
from lookalike.engines.text.counting import Array

CANDIDATES = 8  # texts drawn of which one is kept
SLACK, SLACK_PART = (
    2.0,
    0.1,
)  # how far from its length a text is one bit a token worse: tokens, and a part of the length
OWN = 0.9  # of a kind's tokens, the share that its own texts tell: one that they lack is not out of the question
HEADROOM = 20  # tokens that a text may have beyond twice its length
UNIT = 2.0**-53  # the upper 53 of 64 random bits times this are in [0, 1)
RAREST = 2.0**-20  # what the chance of a token counts as that has none


class Descent(NamedTuple):
    """
    Trees and the way down them.

    `first` int64 ``(nodes + 1,)``, `token` int32 and `share` float64 ``(nodes,)``: as in `counting.Tree`. Steps of the
    way: `trees` int64 ``(s,)``, 0 for the tree of all, 1 for that of the kind; `depths` int64 ``(s,)``, after how many
    tokens; `weights` float64 ``(s,)``, what shares are multiplied by. The last step is the root of all, which gives a
    token for certain. `order`: tokens of the longest n-gram. `end`: the token after a text; the next is that before it.
    """

    first: Array
    token: Array
    share: Array
    trees: Array
    depths: Array
    weights: Array
    order: int
    end: int


@compiled
def draw_texts(descent: Descent, kinds: Array, lengths: Array, seeds: Array) -> tuple[Array, Array]:
    """
    A text a row, of its own seed: the tokens of all, int32, and where each ends, int64.

    Of some candidates it is the one that tells most of its kind and is near its length.

    Args:
        kinds: int32 ``(n,)``, roots.
        lengths: int32 ``(n,)``, tokens wished for.
        seeds: uint64 ``(n,)``.
    """
    room, longest = 0, 0
    for row in range(kinds.size):
        room += most(lengths[row])
        longest = max(longest, most(lengths[row]))
    ids, ends = np.empty(room, np.int32), np.empty(kinds.size, np.int64)
    text, states, at = np.empty(longest, np.int32), begun(descent), 0
    for row in range(kinds.size):
        random, best, size = seeds[row : row + 1].copy(), -np.inf, 0
        for _ in range(CANDIDATES):
            n = _draw_text(descent, kinds[row], lengths[row], random, states, text)
            fitness = _tell_kind(descent, kinds[row], text[:n]) - _miss(n, lengths[row])
            if fitness > best:
                best, size = fitness, n
                ids[at : at + n] = text[:n]
        at += size
        ends[row] = at
    return ids[:at].copy(), ends


@compiled
def sum_bits(descent: Descent, ids: Array, ends: Array, kinds: Array) -> float:
    """
    How unlikely texts are, with their ends, in bits.

    Args:
        ids: int32, the tokens of all texts.
        ends: int64 ``(n,)``, where each ends.
        kinds: int32 ``(n,)``, roots.
    """
    states, bits, start = begun(descent), 0.0, 0
    for row in range(kinds.size):
        begin(descent, kinds[row], states)
        for place in range(start, ends[row] + 1):
            token: int = ids[place] if place < ends[row] else descent.end
            bits -= np.log2(max(chance(descent, states, token), RAREST))
            follow(descent, states, token)
        start = ends[row]
    return bits


@compiled
def most(length: int) -> int:
    """Tokens at which a text is cut off that is to have `length`."""
    return 2 * max(length, 0) + HEADROOM


@compiled
def _draw_text(descent: Descent, kind: int, length: int, random: Array, states: Array, text: Array) -> int:
    """Tokens of a text, put into `text`; how many there are."""
    begin(descent, kind, states)
    for n in range(most(length)):
        token = draw_token(descent, states, random)
        if token == descent.end:
            return n
        text[n] = token
        follow(descent, states, token)
    return most(length)


@compiled
def _miss(n: int, length: int) -> float:
    """How far a text is from its length."""
    return abs(n - length) / (SLACK + SLACK_PART * max(length, 0))


@compiled
def _tell_kind(descent: Descent, kind: int, text: Array) -> float:
    """How many bits a token of the text tells of its kind: by how much likelier tokens are in it than in all texts."""
    if descent.first[kind] == descent.first[kind + 1]:  # a kind without texts tells nothing
        return 0.0
    every, bits = descent.first[0] - 1, 0.0
    for token in text:
        own, usual = part(descent, kind, token), part(descent, every, token)
        if usual > 0:
            bits += np.log2((OWN * own + (1 - OWN) * usual) / usual)
    return bits / (text.size + 1)


@compiled
def begun(descent: Descent) -> Array:
    """Room for where a text stands in each tree after its last 0, 1, 2 … tokens: int64, -1: nowhere."""
    return np.full((descent.trees.max() + 1, descent.order), -1, np.int64)


@compiled
def begin(descent: Descent, kind: int, states: Array) -> None:
    """To the beginning of a text."""
    states[:] = -1
    states[0, 0] = descent.first[0] - 1
    states[-1, 0] = kind  # the same where there is one tree
    follow(descent, states, descent.end + 1)


@compiled
def follow(descent: Descent, states: Array, token: int) -> None:
    """On by a token."""
    for tree in range(len(states)):
        node = states[tree, 0]
        for depth in range(1, descent.order):
            before, states[tree, depth] = states[tree, depth], child(descent, node, token)
            node = before
            if states[tree, depth] < 0:  # nor are longer n-grams that end so anywhere
                states[tree, depth + 1 :] = -1
                break


@compiled
def child(descent: Descent, node: int, token: int) -> int:
    """The node of a token below another node, -1 where there is none."""
    if node < 0:
        return -1
    low, high = descent.first[node], descent.first[node + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if descent.token[middle] < token:
            low = middle + 1
        else:
            high = middle
    return low if low < end and descent.token[low] == token else -1


@compiled
def part(descent: Descent, node: int, token: int) -> float:
    """The share of a token below a node; 0 where it is not."""
    at = child(descent, node, token)
    if at < 0:
        return 0.0
    return descent.share[at] - (descent.share[at - 1] if at > descent.first[node] else 0.0)  # type: ignore[no-any-return]


@compiled
def draw_token(descent: Descent, states: Array, random: Array) -> int:
    """
    What follows where a text stands.

    No table of all tokens is made: a step gives one with the chance of its discounted shares, or is passed.
    """
    last = descent.trees.size - 1
    for step in range(last + 1):
        node = states[descent.trees[step], descent.depths[step]]
        if node < 0 or descent.first[node] == descent.first[node + 1]:
            continue
        low, high = descent.first[node], descent.first[node + 1] - 1
        whole = descent.share[high]
        drawn = np.float64(next_random(random) >> np.uint64(11)) * UNIT
        drawn = drawn * whole if step == last else drawn / descent.weights[step]
        if drawn >= whole:
            continue
        while low < high:
            middle = (low + high) // 2
            if descent.share[middle] <= drawn:
                low = middle + 1
            else:
                high = middle
        return np.int64(descent.token[low])  # type: ignore[return-value]
    return descent.end


@compiled
def chance(descent: Descent, states: Array, token: int) -> float:
    """The probability with which `draw_token` gives a token."""
    left, found, last = 1.0, 0.0, descent.trees.size - 1
    for step in range(last + 1):
        node = states[descent.trees[step], descent.depths[step]]
        if node < 0 or descent.first[node] == descent.first[node + 1]:
            continue
        whole = descent.share[descent.first[node + 1] - 1]
        weight = 1.0 / whole if step == last else descent.weights[step]
        found += left * weight * part(descent, node, token)
        left *= 1.0 - weight * whole
    return found
