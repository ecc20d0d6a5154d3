"""Training of the network: as many steps as a budget of processor seconds has, whatever the clock says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, cos, pi, sqrt

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import stream
from lookalike.engines.text import network
from lookalike.engines.text.neighbours import by_neighbours
from lookalike.engines.text.network import Batch, Drops, Floats, Shape, Weights
from lookalike.engines.text.vocabulary import END

FLOPS = 40e9  # a second, of one thread of an ordinary processor: by it a budget of seconds is told in steps
BATCH_TEXTS, BATCH_TOKENS = 32, 2_048
LONGEST = 512  # tokens that are gone through in one go
MOST_EPOCHS = 40
RATE, WARM_STEPS, NORM = 7e-3, 100, 1.0
MOMENTS = (0.9, 0.99)
TINY = 1e-8
DROP_AN_EPOCH, DROP_MOST = 0.02, 0.3  # of outputs; of inputs half: the more often texts are seen, the more
UNTOLD = 0.1  # texts whose attributes are not told, so that guidance knows what they change
SHIFT = 2  # words by which what is left is told wrong: otherwise sentences are cut off to hit the length

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Corpus:
    """
    Texts to learn from.

    Attributes:
        ids: Tokens of all texts one after the other. ends: Where each text ends.
        begins: Of each token of the vocabulary, whether it begins a word.
        kinds: Rows of the table of attributes of each text, ``(texts, attributes)``.
        untold: The row that stands for "not told", of each attribute.
    """

    ids: npt.NDArray[np.int32]
    ends: Ints
    begins: npt.NDArray[np.bool_]
    kinds: Ints
    untold: Ints

    @cached_property
    def lengths(self) -> Ints:
        """Tokens of each text, without its end."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, eq=False)
class State:
    """Where training stands: weights, their two moments, steps and epochs done."""

    weights: Weights
    first: Weights
    second: Weights
    n_steps: int = 0
    n_epochs: int = 0


@dataclass(frozen=True, eq=False)
class Training:
    """A corpus, the shape of what learns it, and how long."""

    corpus: Corpus
    shape: Shape
    budget_s: float
    seed: int

    @cached_property
    def n_steps(self) -> int:
        """In all: those of the budget, at most so many that each text was seen `MOST_EPOCHS` times."""
        a = self.shape
        per_token = 6 * (a.width * (3 * a.hidden + a.n_tokens) + a.hidden * (3 * a.hidden + a.width))
        epochs = self.budget_s * FLOPS / per_token / max(int(self.corpus.ends[-1]), 1)
        return max(1, ceil(min(epochs, MOST_EPOCHS) * self.per_epoch))

    @cached_property
    def per_epoch(self) -> int:
        """Steps of an epoch: those of the first; others may have a few more or fewer."""
        return len(self._numbers(0))

    def begin(self) -> State:
        """Before the first step."""
        weights = network.begin(self.shape, stream(self.seed, "weights"))
        weights["out_bias"] = self._log_shares()
        corpus, rng = (self.corpus.ids, self.corpus.ends), stream(self.seed, "neighbours")
        weights["tokens"] = by_neighbours(corpus, self.shape.n_tokens, self.shape.width, rng)
        return State(weights, _zeros(weights), _zeros(weights))

    def epoch(self, state: State) -> State:
        """After one more epoch, or what there is of the last."""
        rng = stream(self.seed, "epoch", state.n_epochs)
        weights, first, second = (dict(part) for part in (state.weights, state.first, state.second))
        done = state.n_steps
        for texts in self._numbers(state.n_epochs):
            if done == self.n_steps:
                break
            batch = self._batch(texts, rng)
            drops = self._drops(batch, rng)
            _, slopes = network.loss_and_slopes(weights, batch, drops)
            done += 1
            _move((weights, first, second), slopes, done, self._rate(done))
        return State(weights, first, second, done, state.n_epochs + 1)

    def _drops(self, batch: Batch, rng: np.random.Generator) -> Drops:
        shape = (*batch.before.shape, self.shape.width)
        share = min(DROP_AN_EPOCH * self.n_steps / self.per_epoch, DROP_MOST)
        return Drops(_factors(shape, share / 2, rng), _factors(shape, share, rng))

    def _log_shares(self) -> Floats:
        """How likely each token is whatever stands before it: what the network need not learn first."""
        counts = np.bincount(self.corpus.ids, minlength=self.shape.n_tokens) + 0.5
        counts[END] += len(self.corpus.ends)
        found: Floats = np.log(counts / counts.sum()).astype(np.float32)
        return found

    def _rate(self, step: int) -> float:
        warm = min(WARM_STEPS, ceil(self.n_steps / 10))
        return RATE * min(step / warm, 0.5 * (1 + cos(pi * step / self.n_steps)))

    def _numbers(self, epoch: int) -> list[Ints]:
        """Which texts each batch of an epoch has: of like length, in any order."""
        lengths, rng = self.corpus.lengths, stream(self.seed, "order", epoch)
        order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
        batches, start = [], 0
        while start < len(order):
            longest = int(min(lengths[order[min(start + BATCH_TEXTS, len(order)) - 1]], LONGEST)) + 1
            n = max(1, min(BATCH_TEXTS, BATCH_TOKENS // longest))
            batches.append(order[start : start + n])
            start += n
        return [batches[i] for i in rng.permutation(len(batches))]

    def _batch(self, texts: Ints, rng: np.random.Generator) -> Batch:
        """The texts side by side; of those too long for one go a stretch."""
        corpus = self.corpus
        lengths, starts = corpus.lengths[texts], (corpus.ends - corpus.lengths)[texts]
        ahead = rng.integers(0, np.maximum(lengths - LONGEST, 0) + 1)
        shift = rng.integers(-SHIFT, SHIFT + 1, len(texts))
        kinds = np.where(rng.random(len(texts))[:, None] < UNTOLD, corpus.untold, corpus.kinds[texts])
        n_steps = int(min(lengths.max(initial=0) + 1, LONGEST))
        shape = (n_steps, len(texts))
        before, after, left = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        real = np.zeros(shape, np.float32)
        for i in range(len(texts)):
            own = corpus.ids[starts[i] : starts[i] + lengths[i]]
            told = np.append(own, END)[ahead[i] : ahead[i] + n_steps]
            n = len(told)
            after[:n, i], real[:n, i] = told, 1.0
            before[1:n, i] = told[:-1]
            before[0, i] = own[ahead[i] - 1] if ahead[i] else END
            words = np.append(np.cumsum(corpus.begins[own][::-1])[::-1], 0)[ahead[i] : ahead[i] + n_steps]
            left[:n, i] = words + shift[i]
        return Batch(before, after, np.minimum(network.steps_left(left), self.shape.n_left - 1), kinds, real)


def _zeros(weights: Mapping[str, Floats]) -> Weights:
    return {name: np.zeros_like(array) for name, array in weights.items()}


def _factors(shape: tuple[int, ...], share: float, rng: np.random.Generator) -> Floats:
    kept = rng.random(shape, dtype=np.float32) >= share
    return kept.astype(np.float32) / np.float32(1 - share)


def _move(at: tuple[Weights, Weights, Weights], slopes: Weights, step: int, rate: float) -> None:
    """One step of Adam (Kingma and Ba, ICLR 2015), slopes cut to a norm."""
    weights, first, second = at
    size = sqrt(sum(float(np.vdot(s, s)) for s in slopes.values()))
    cut = min(1.0, NORM / max(size, 1e-12))
    a, b = MOMENTS
    scale = np.float32(rate * sqrt(1 - b**step) / (1 - a**step))
    for name, slope in slopes.items():
        slope *= np.float32(cut)
        first[name] = np.float32(a) * first[name] + np.float32(1 - a) * slope
        second[name] = np.float32(b) * second[name] + np.float32(1 - b) * slope * slope
        weights[name] = weights[name] - scale * first[name] / (np.sqrt(second[name]) + np.float32(TINY))
