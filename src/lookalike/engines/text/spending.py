"""Asking a language model within a budget; what it answered is kept."""

from collections.abc import Callable, Iterator, Sequence

from lookalike.completing import Complete, Completion, Prompt
from lookalike.engines.text.paid import Paid
from lookalike.errors import EndpointBudget

AT_A_TIME = 1_024  # prompts that are made before any is asked
CHARS_PER_TOKEN = 4  # until the server has counted some


class Spending:
    """
    A language model, what it answered, and what it may still cost.

    Requests are counted with those that had to be sent again. No prompt is asked that could take more tokens than are
    left, if the server counts prompts as it did those before.
    """

    def __init__(
        self, complete: Complete, paid: Paid, max_requests: int | None = None, max_tokens: int | None = None
    ) -> None:
        self.paid = paid
        self._complete = complete
        self._max_requests = max_requests
        self._max_tokens = max_tokens
        self._n_chars = 0
        self._n_counted = 0

    def ask(self, rows: Sequence[int], prompt: Callable[[int], Prompt], made: Callable[[], str]) -> None:
        """
        Have some rows answered, whose answers are added to those that are paid for.

        Args:
            made: Says what there is by then, for the error.

        Raises:
            EndpointBudget: not all of them can be.
        """
        rest = list(rows)
        while rest:
            batch = list(self._affordable((row, prompt(row)) for row in rest[: self._room()]))
            if not batch:
                spent = f"{self.paid.n_requests:,} requests and {self.paid.n_tokens:,} tokens"
                raise EndpointBudget(f"The budget of the language model is spent: {spent} made {made()}.")
            self._answer([row for row, _ in batch], [told for _, told in batch])
            rest = rest[len(batch) :]

    def _answer(self, rows: Sequence[int], prompts: Sequence[Prompt]) -> None:
        def heard(number: int, said: Completion) -> None:
            self.paid.add(rows[number], said)
            self._n_chars += _n_chars(prompts[number])
            self._n_counted += said.prompt_tokens

        try:
            self._complete(prompts, on_answer=heard)
        finally:  # whatever happened: what was heard is paid for
            self.paid.save()

    def _room(self) -> int:
        most = self._max_requests
        return AT_A_TIME if most is None else min(AT_A_TIME, max(0, most - self.paid.n_requests))

    def _affordable(self, prompts: Iterator[tuple[int, Prompt]]) -> Iterator[tuple[int, Prompt]]:
        """The first of some prompts, as many as can be paid for if each takes all it may."""
        room = float("inf") if self._max_tokens is None else float(self._max_tokens - self.paid.n_tokens)
        per_char = self._n_counted / self._n_chars if self._n_chars else 1 / CHARS_PER_TOKEN
        for row, prompt in prompts:
            room -= per_char * _n_chars(prompt) + prompt.max_tokens
            if room < 0:
                return
            yield row, prompt


def _n_chars(prompt: Prompt) -> int:
    """Of the longer of its two forms: which one a server takes is not told here."""
    return max(len(prompt.text), sum(len(content) for _, content in prompt.messages))
