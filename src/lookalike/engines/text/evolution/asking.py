"""Texts that a language model is asked for without seeing a real one."""

from collections.abc import Callable
from dataclasses import dataclass

from lookalike.completing import Prompt
from lookalike.engines.text.prompting import Framing
from lookalike.engines.text.refusing import blind
from lookalike.engines.text.spending import Spending

TRIES = 4  # answers that a text may be given
_PHASE = 10_000_000  # numbers of answers of one phase
_FILTERS = blind()

Label = tuple[tuple[str, str], ...]  # the name of the column and its value; nothing if it is not told


@dataclass(frozen=True, eq=False)
class Asking:
    """How is asked, and within which budget; what is refused is told from an answer alone."""

    framing: Framing
    spending: Spending

    def texts(self, phase: int, n: int, prompt: Callable[[int], Prompt], done: str) -> list[str | None]:
        """
        The first usable answer to each of some prompts, masked; None where four are not.

        Args:
            phase: A number of its own for these prompts.
            done: What there is when a budget is spent.
        """
        found: list[str | None] = [None] * n
        answers = self.spending.paid.answers
        for turn in range(TRIES):
            left = [number for number in range(n) if found[number] is None]
            rows = [phase * _PHASE + number for number in left]
            asked = [row for row in rows if len(answers[row]) <= turn]
            self.spending.ask(asked, lambda row: prompt(row % _PHASE), lambda: done)
            for number, row in zip(left, rows, strict=True):
                text = self.framing.read(answers[row][turn])
                found[number] = None if text is None or _FILTERS.refuses(text, []) else text
        return found
