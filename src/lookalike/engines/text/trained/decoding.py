"""The small decoder at work: stretches of texts that it learns from, and new texts drawn from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from lookalike.engines.text.drawing import TRIES, How, Wanted, pick
from lookalike.engines.text.network import steps_left
from lookalike.engines.text.trained.decoder import Past, kept
from lookalike.engines.text.trained.shape import PLACES, Shape
from lookalike.engines.text.vocabulary import END, Encoded

AT_A_TIME = 256  # rows that go side by side
UNTOLD = 0.1  # of the texts are learnt without attributes, which guidance needs
SHIFT = 2  # words by which what is left is told wrong: otherwise sentences are cut off to hit the length
RATE = 2e-3
LIKELY = -7.0  # nats: less likely tokens are not guided, or noise would lift them

Ints = npt.NDArray[np.int64]
Begins = Callable[[Any, Any], npt.NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Stretches:
    """
    See `training.Task`.

    Attributes:
        begun: Of each token of all texts whether it begins a word.
        told: Rows of the table of attributes of each text, ``(texts, attributes)``, and those of "not told".
    """

    module: Any
    shape: Shape
    encoded: Encoded
    begun: npt.NDArray[np.bool_]
    told: tuple[Ints, Ints]
    rate: float = RATE

    @property
    def flops(self) -> float:
        return self.shape.flops

    @cached_property
    def lengths(self) -> Ints:
        return np.minimum(self._whole + 1, PLACES)

    @cached_property
    def _whole(self) -> Ints:
        return np.diff(self.encoded.ends, prepend=0)

    def losses(self, texts: Ints, rng: np.random.Generator) -> tuple[Any, Any]:
        """See `training.Task.losses`: of those too long for one go a stretch."""
        before, after, left, real = self._stretches(texts, rng)
        kinds = np.where(rng.random(len(texts))[:, None] < UNTOLD, self.told[1], self.told[0][texts])
        logits, _ = self.module(*map(torch.from_numpy, (before, left, kinds)))
        own = functional.cross_entropy(logits.transpose(1, 2), torch.from_numpy(after), reduction="none")
        counted = torch.from_numpy(real)
        return (own * counted).sum(dim=1), counted.sum(dim=1)

    def _stretches(self, texts: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, npt.NDArray[Any]]:
        """Tokens before and after, step of what is left, 1 where there is a token: all ``(texts, steps)``."""
        whole = self._whole[texts]
        starts = self.encoded.ends[texts] - whole
        ahead = rng.integers(0, np.maximum(whole + 1 - PLACES, 0) + 1)
        shift = rng.integers(-SHIFT, SHIFT + 1, len(texts))
        shape = (len(texts), int(self.lengths[texts].max(initial=1)))
        before, after, left = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        real = np.zeros(shape, np.float32)
        for i in range(len(texts)):
            at = slice(starts[i], starts[i] + whole[i])
            own = np.concatenate([[END], self.encoded.ids[at], [END]])[ahead[i] : ahead[i] + PLACES + 1]
            n = len(own) - 1
            before[i, :n], after[i, :n], real[i, :n] = own[:-1], own[1:], 1.0
            words = np.append(np.cumsum(self.begun[at][::-1])[::-1], 0)[ahead[i] : ahead[i] + n]
            left[i, :n] = words + shift[i]
        return before, after, np.minimum(steps_left(left), self.shape.n_left - 1), real


def draw(network: Any, begins: Begins, wanted: Wanted, how: How, rng: np.random.Generator) -> list[Any]:
    """Tokens of a text for each row, in order; longer ones than `most` end there."""
    order = np.argsort(wanted.words, kind="stable")
    found: list[Any] = [None] * len(order)
    for start in range(0, len(order), AT_A_TIME):
        rows = order[start : start + AT_A_TIME]
        some = Wanted(wanted.kinds[rows], wanted.untold, wanted.words[rows], wanted.most[rows])
        with torch.inference_mode():
            for row, tokens in zip(rows.tolist(), _Side(network, begins, some, how).draw(rng), strict=True):
                found[row] = tokens
    return found


class _Side:
    """Rows that are drawn side by side, each dropped when it has ended; those without attributes below the others."""

    def __init__(self, network: Any, begins: Begins, wanted: Wanted, how: How) -> None:
        n = len(wanted.words)
        self.network, self.begins, self.how, self.most = network, begins, how, wanted.most
        self.rows = np.arange(n)
        self.left = wanted.words.copy()
        self.kinds = np.stack([wanted.kinds, np.broadcast_to(wanted.untold, wanted.kinds.shape)])
        longest = int(wanted.most.max(initial=0))
        self.told, self.steps = np.full((n, longest + 1), END, np.int64), np.zeros((n, longest), np.int64)
        self.ends = np.zeros(n, np.int64)
        self.past: Past | None = None

    def draw(self, rng: np.random.Generator) -> list[Any]:
        for at in range(self.steps.shape[1]):
            self.steps[self.rows, at] = np.minimum(steps_left(self.left), self.network.left.num_embeddings - 1)
            logits = np.ascontiguousarray(self._logits(at))
            tokens = pick(logits, self.how.temperature, self.how.nucleus, rng.random((len(self.rows), TRIES)))
            self.left -= self.begins(self.told[self.rows, at], tokens)
            self.told[self.rows, at + 1] = tokens
            self.ends[self.rows] += tokens != END
            self._keep((tokens != END) & (at + 1 < self.most[self.rows]))
            if not len(self.rows):
                break
        return [self.told[i, 1 : 1 + end] for i, end in enumerate(self.ends)]

    def _logits(self, at: int) -> Any:
        """Of the next token, guided; where all places are taken the half behind them is gone through again."""
        if self.past is not None and self.past[0][0].shape[2] == PLACES:
            self.past = None
        first = at if self.past is not None else max(0, at + 1 - PLACES // 2)
        before, steps = (a[self.rows, first : at + 1] for a in (self.told, self.steps))
        twice = [torch.from_numpy(np.concatenate([a, a])) for a in (before, steps)]
        kinds = torch.from_numpy(np.ascontiguousarray(self.kinds[:, self.rows].reshape(-1, self.kinds.shape[2])))
        logits, self.past = self.network(*twice, kinds, self.past)
        told, free = functional.log_softmax(logits[:, -1], dim=1).chunk(2)
        return torch.where(told > LIKELY, told + self.how.guidance * (told - free), told).numpy()

    def _keep(self, goes_on: npt.NDArray[np.bool_]) -> None:
        if goes_on.all():
            return
        self.rows, self.left = self.rows[goes_on], self.left[goes_on]
        self.past = kept(self.past or [], torch.from_numpy(np.concatenate([goes_on, goes_on])))
