"""A language model of a folder at work: texts behind prompts that it learns from, new texts behind new prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from lookalike.engines.text.drawing import TRIES, How, pick
from lookalike.engines.text.trained.folder import Loaded

AT_A_TIME = 32  # rows that go side by side
LONGEST = 512  # tokens that are gone through in one go, prompt and all
LEAST_TEXT = 16  # tokens kept for the text behind a prompt, however long that is
RATE = 5e-4
NO_LOSS = -100

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answers:
    """
    See `training.Task`.

    Attributes:
        rows: Tokens of each prompt and its text behind it.
        n_told: Of each how many are the prompt's: they are not learnt.
    """

    module: Any
    rows: list[list[int]]
    n_told: list[int]
    lengths: Ints
    flops: float
    rate: float = RATE

    @staticmethod
    def of(loaded: Loaded, prompts: Sequence[str], texts: Sequence[str]) -> "Answers":
        """Long texts are cut, without an end then, as they have none there."""
        most = min(LONGEST, loaded.n_places)
        told = _told(loaded, prompts, most)
        behind = _ids(loaded.tokenizer, texts)
        end = [loaded.tokenizer.eos_token_id]
        rows = [(t + b + end)[:most] for t, b in zip(told, behind, strict=True)]
        # forward through all weights, backward through what comes behind the first changed ones
        flops = 4.0 * sum(p.numel() for p in loaded.model.parameters())
        return Answers(loaded.model, rows, [len(t) for t in told], np.array([len(r) for r in rows], np.int64), flops)

    def losses(self, texts: Ints, rng: np.random.Generator) -> tuple[Any, Any]:
        """See `training.Task.losses`."""
        rows = [self.rows[i] for i in texts]
        shape = (len(rows), max(map(len, rows)))
        tokens, real, wanted = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.full(shape, NO_LOSS, np.int64)
        for i, (row, n_told) in enumerate(zip(rows, (self.n_told[t] for t in texts), strict=True)):
            tokens[i, : len(row)], real[i, : len(row)] = row, 1
            wanted[i, n_told : len(row)] = row[n_told:]
        behind = torch.from_numpy(wanted[:, 1:])
        found = self.module(input_ids=torch.from_numpy(tokens), attention_mask=torch.from_numpy(real), use_cache=False)
        own = functional.cross_entropy(
            found.logits[:, :-1].transpose(1, 2), behind, reduction="none", ignore_index=NO_LOSS
        )
        return own.sum(dim=1), (behind != NO_LOSS).sum(dim=1)


def write(loaded: Loaded, prompts: Sequence[str], most: Ints, how: How, rng: np.random.Generator) -> list[str]:
    """A text behind each prompt, in order; of those longer than `most` tokens what came till then."""
    rows = _told(loaded, prompts, min(LONGEST, loaded.n_places))
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), most[i]))
    found = [""] * len(rows)
    start = 0
    while start < len(order):
        # prompts of one length stand side by side, so that none has to be filled up, whatever the model makes of that
        size = len(rows[order[start]])
        some = [i for i in order[start : start + AT_A_TIME] if len(rows[i]) == size]
        longest = np.minimum(most[some], max(loaded.n_places - size, 1))
        with torch.inference_mode():
            drawn = _side_by_side(loaded, [rows[i] for i in some], longest, how, rng)
        texts = loaded.tokenizer.batch_decode(drawn, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for i, text in zip(some, texts, strict=True):
            found[i] = text
        start += len(some)
    return found


def _side_by_side(
    loaded: Loaded, rows: list[list[int]], most: Ints, how: How, rng: np.random.Generator
) -> list[list[int]]:
    end = loaded.tokenizer.eos_token_id
    found: list[list[int]] = [[] for _ in rows]
    going = np.ones(len(rows), np.bool_)
    step, past = torch.tensor(rows), None
    for at in range(int(most.max())):
        out = loaded.model(input_ids=step, past_key_values=past, use_cache=True)
        logits = np.ascontiguousarray(out.logits[:, -1].float().numpy())
        tokens = pick(logits, how.temperature, how.nucleus, rng.random((len(rows), TRIES)))
        going &= (tokens != end) & (at < most)
        for i in np.flatnonzero(going):
            found[i].append(int(tokens[i]))
        if not going.any():
            break
        step, past = torch.from_numpy(tokens[:, None]), out.past_key_values
    return found


def _told(loaded: Loaded, prompts: Sequence[str], most: int) -> list[list[int]]:
    """Tokens of prompts; of too long ones the end."""
    first = [] if loaded.tokenizer.bos_token_id is None else [loaded.tokenizer.bos_token_id]
    room = max(most - LEAST_TEXT - len(first), 1)
    return [first + ids[-room:] for ids in _ids(loaded.tokenizer, prompts)]


def _ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Tokens of each text without special ones: a text that has their names in it names none."""
    return [
        list(ids) for ids in tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True)["input_ids"]
    ]
