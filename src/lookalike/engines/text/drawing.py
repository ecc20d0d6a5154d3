"""New texts from a trained network, many at once, each dropped when it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled, inner
from lookalike.engines.text import network
from lookalike.engines.text.network import Floats, Ints
from lookalike.engines.text.vocabulary import END

AT_A_TIME = 512  # rows that go side by side
TRIES = 8  # draws that may fall outside the nucleus before the most likely token is taken
LIKELY = -7.0  # nats: less likely tokens are not guided, or noise would lift them

Tokens = npt.NDArray[np.int32]


@dataclass(frozen=True)
class How:
    """
    How tokens are drawn.

    Attributes:
        nucleus: The most likely tokens that have this share in all are drawn from (Holtzman et al., ICLR 2020).
        guidance: By how much what attributes change is made more (Ho and Salimans, arXiv 2207.12598); 0: not.
        temperature: Logits are divided by it.
    """

    nucleus: float = 0.97
    guidance: float = 0.15
    temperature: float = 1.0


@dataclass(frozen=True, eq=False)
class Wanted:
    """
    Texts to be drawn.

    Attributes:
        kinds: Rows of the table of attributes, ``(texts, attributes)``; untold: those of "not told".
        words: How long each is to be.
        most: Tokens of each at most.
    """

    kinds: Ints
    untold: Ints
    words: Ints
    most: Ints


def draw(
    w: Mapping[str, Floats], begins: npt.NDArray[np.bool_], wanted: Wanted, how: How, rng: np.random.Generator
) -> list[Tokens]:
    """The tokens of a text for each row, in order; longer ones than `most` end there."""
    order = np.argsort(wanted.words, kind="stable")
    tokens: list[Tokens] = [np.zeros(0, np.int32)] * len(order)
    for start in range(0, len(order), AT_A_TIME):
        rows = order[start : start + AT_A_TIME]
        some = Wanted(wanted.kinds[rows], wanted.untold, wanted.words[rows], wanted.most[rows])
        for row, found in zip(rows.tolist(), _side_by_side(w, begins, some, how, rng), strict=True):
            tokens[row] = found
    return tokens


def _side_by_side(
    w: Mapping[str, Floats], begins: npt.NDArray[np.bool_], wanted: Wanted, how: How, rng: np.random.Generator
) -> list[Tokens]:
    n, n_left = len(wanted.words), len(w["left"])
    longest = int(wanted.most.max(initial=0))
    found, lengths = np.zeros((n, longest), np.int32), np.zeros(n, np.int64)
    rows, left = np.arange(n), wanted.words.copy()
    told, state = network.first_state(w, wanted.kinds)
    free_told, free = network.first_state(w, np.broadcast_to(wanted.untold, wanted.kinds.shape))
    before = np.full(n, END, np.int64)
    for at in range(longest):
        step = np.minimum(network.steps_left(left), n_left - 1)
        state, logits = network.step(w, told, state, before, step)
        if how.guidance:
            free, free_logits = network.step(w, free_told, free, before, step)
            logits = _guided(logits, free_logits, how.guidance)
        before = pick(np.ascontiguousarray(logits), how.temperature, how.nucleus, rng.random((len(rows), TRIES)))
        found[rows, at] = before
        lengths[rows] = at + 1
        left -= begins[before]
        goes_on = (before != END) & (at + 1 < wanted.most[rows])
        if not goes_on.all():
            rows, left, before = rows[goes_on], left[goes_on], before[goes_on]
            told, state, free_told, free = told[goes_on], state[goes_on], free_told[goes_on], free[goes_on]
        if not len(rows):
            break
    return [_ended(found[i, : lengths[i]]) for i in range(n)]


def _ended(tokens: Tokens) -> Tokens:
    return tokens[:-1] if len(tokens) and tokens[-1] == END else tokens


def _guided(logits: Floats, free: Floats, guidance: float) -> Floats:
    logits = _log_shares(logits)
    away = logits - _log_shares(free)
    guided: Floats = np.where(logits > LIKELY, logits + np.float32(guidance) * away, logits)
    return guided


def _log_shares(logits: Floats) -> Floats:
    logits = logits - logits.max(axis=1, keepdims=True)
    shares: Floats = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return shares


@compiled
def pick(logits: Floats, temperature: float, nucleus: float, luck: npt.NDArray[np.float64]) -> Ints:
    """
    A token of each row, drawn from those that are likely.

    A draw from all tokens is kept if the tokens more likely than it have less than the nucleus's share together.

    Args:
        logits: float32 ``(n, tokens)``. luck: uniform in [0, 1), float64 ``(n, TRIES)``.
    """
    found = np.zeros(len(logits), np.int64)
    for i in range(len(logits)):
        found[i] = np.argmax(logits[i])
        shares = np.exp((logits[i] - logits[i, found[i]]) / np.float32(temperature))
        total = shares.sum()
        for turn in range(luck.shape[1]):
            token = _at(shares, luck[i, turn] * total)
            if _above(shares, token) < nucleus * total:
                found[i] = token
                break
    return found


@inner
def _at(shares: Floats, place: float) -> int:
    """The token in whose share of the line a place is."""
    for j in range(len(shares)):
        place -= shares[j]
        if place < 0:
            return j
    return len(shares) - 1


@inner
def _above(shares: Floats, token: int) -> float:
    """The shares of all tokens that are more likely."""
    more = 0.0
    for j in range(len(shares)):
        if shares[j] > shares[token]:
            more += shares[j]
    return more
