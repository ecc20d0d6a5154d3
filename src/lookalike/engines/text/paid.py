"""Answers of a language model that are paid for, kept so that nobody pays for them again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lookalike.clock import Clock
from lookalike.completing import Completion
from lookalike.engines import Kept
from lookalike.engines.tabular.file import pack, unpack

KIND = "text answers"
TEXT_MOST = 65_536  # characters of an answer; no more tokens than that were asked for
SAVE_S, SAVE_N = 2.0, 20  # what is not kept yet is at most so old, or so many answers


@dataclass
class Paid:
    """
    Answers so far.

    Attributes:
        whose: What they are answers to: those to something else are not taken up.
        answers: Of each row, in the order of its tries.
        n_requests, n_tokens: All that was asked for.
    """

    whose: str
    kept: Kept
    clock: Clock
    answers: dict[int, list[Completion]] = field(default_factory=lambda: defaultdict(list))
    n_requests: int = 0
    n_tokens: int = 0
    _unsaved: int = 0
    _saved_at: float = 0.0

    def add(self, row: int, said: Completion) -> None:
        """One more answer; it is kept at once, unless others were a moment ago."""
        self._take(row, replace(said, text=_sound(said.text)))
        self._unsaved += 1
        if self._unsaved >= SAVE_N or self.clock.monotonic() - self._saved_at >= SAVE_S:
            self.save()

    def save(self) -> None:
        """Keep all of it."""
        if self._unsaved:
            self.kept.save(pack(KIND, self._state(), {}))
            self._unsaved, self._saved_at = 0, self.clock.monotonic()

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Go on from answers that were kept, if they are to the same."""
        if state["whose"] == self.whose:
            for row, own in state["answers"].items():
                for said in own:
                    self._take(int(row), Completion(*said))

    def _take(self, row: int, said: Completion) -> None:
        self.answers[row].append(said)
        self.n_requests += said.n_requests
        self.n_tokens += said.prompt_tokens + said.completion_tokens

    def _state(self) -> dict[str, Any]:
        answers = {str(row): [list(vars(said).values()) for said in own] for row, own in self.answers.items()}
        return {"whose": self.whose, "answers": answers}


def paid(whose: str, kept: Kept, clock: Clock) -> Paid:
    """
    What is kept of answers to the same, or none yet.

    Raises:
        ModelFileError: what is kept is damaged.
    """
    found, value = Paid(whose, kept, clock), kept.load()
    if value is not None:
        found.take_up(unpack(KIND, value)[0])
    return found


def _sound(text: str) -> str:
    """Text that UTF-8 can hold, of a length that somebody may have meant: a half of a surrogate pair becomes U+FFFD."""
    return text[:TEXT_MOST].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
