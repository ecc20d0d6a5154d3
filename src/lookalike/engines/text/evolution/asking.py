"""Texts that a language model is asked for without seeing a real one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from lookalike.completing import Prompt
from lookalike.engines.text.prompting import Framing
from lookalike.engines.text.refusing import blind
from lookalike.engines.text.spending import Spending
from lookalike.engines.text.words import n_words

TRIES = 4  # answers that a text may be given
OFF_MOST = 0.7  # log ratio of lengths: "the" is near to much, and says nothing
_PHASE = 10_000_000  # numbers of answers of one phase
_FILTERS = blind()

Codes = npt.NDArray[np.int64]
Label = tuple[tuple[str, str], ...]  # the name of the column and its value; nothing if it is not told


@dataclass(frozen=True, eq=False)
class Asking:
    """How is asked, and within which budget; what is refused is told from an answer alone."""

    framing: Framing
    spending: Spending

    def texts(self, phase: int, words: Codes, prompt: Callable[[int, int], Prompt], done: str) -> list[str | None]:
        """
        The first answer to each of some prompts, masked, that can be used and is about as long as it is to be; else the
        one of four nearest to that; None where none can be used.

        Args:
            phase: A number of its own for these prompts.
            words: How long each text is to be.
            prompt: Of a number and a try: asked again, a model is to say something else.
            done: What there is when a budget is spent.
        """
        best: list[tuple[float, str | None]] = [(np.inf, None)] * len(words)
        answers = self.spending.paid.answers
        for turn in range(TRIES):
            left = [number for number, (off, _) in enumerate(best) if off > OFF_MOST]
            rows = [phase * _PHASE + number for number in left]
            asked = [row for row in rows if len(answers[row]) <= turn]
            self.spending.ask(asked, partial(_of_row, prompt, turn), lambda: done)
            for number, row in zip(left, rows, strict=True):
                text = self.framing.read(answers[row][turn])
                if text is not None and not _FILTERS.refuses(text, []):
                    off = abs(float(np.log((n_words(text) + 2) / (words[number] + 2))))
                    best[number] = min(best[number], (off, text), key=lambda found: found[0])
        return [text for _, text in best]


def _of_row(prompt: Callable[[int, int], Prompt], turn: int, row: int) -> Prompt:
    return prompt(row % _PHASE, turn)
