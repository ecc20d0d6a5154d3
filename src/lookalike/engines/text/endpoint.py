"""
Texts of a language model that somebody hands in: shown some real ones, or none, and asked again until it writes one.

Answers are judged turn by turn and row by row, never in the order they come in: from the same answers, the same texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Literal

import numpy as np
import numpy.typing as npt

from lookalike.clock import Clock
from lookalike.completing import Complete, Prompt
from lookalike.data.streams import stream
from lookalike.engines import Kept
from lookalike.engines.text.guarding import Guard
from lookalike.engines.text.paid import paid
from lookalike.engines.text.prompting import Framing, Record
from lookalike.engines.text.refusing import Filters, filters
from lookalike.engines.text.showing import Gallery, codes, described, gallery
from lookalike.engines.text.spending import Spending
from lookalike.engines.text.words import folded, n_words
from lookalike.engines.text.writing import Asked, Given
from lookalike.errors import EndpointFailed

TURNS = 8  # answers that a row may be given
PATIENT = 4  # of these, after which a text of the wrong length, cut off or like another new one is better than none
OFF_MOST = 0.5  # log ratio of lengths, from which on one is wrong
CUT = 1.0  # as bad as being off by this: the end of a sentence is missing
REPEATED = 2.0
COMMON_LINES = 0.01  # of the texts that have several lines, from which on new ones may

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class How:
    """
    How a model is asked.

    Attributes:
        column: The name of the column of texts.
        examples: Whether real texts are shown.
        max_requests, max_tokens: The most that all texts may take; None for as many as it takes.
    """

    column: str
    examples: Literal["fresh", "none"] = "fresh"
    max_requests: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, eq=False)
class EndpointWriter:
    """Writes texts like some real ones, which the filters know even where none is shown."""

    framing: Framing
    gallery: Gallery
    filters: Filters
    how: How
    clock: Clock

    def write(self, asked: Asked, complete: Complete, rng: np.random.Generator, kept: Kept) -> list[str]:
        """
        A text for each row, masked; from what is kept of an earlier try with the same `rng` it goes on.

        Raises:
            EndpointBudget: the budget is spent before all are written.
            EndpointFailed: a row had no usable answer in eight turns; and as `complete` raises.
        """
        seeds = rng.integers(2**63, size=len(asked.words))
        answers = paid(self._whose(asked, seeds), kept, self.clock)
        spending = Spending(complete, answers, self.how.max_requests, self.how.max_tokens)
        return _Writing(self, asked, seeds, spending).texts()

    def _whose(self, asked: Asked, seeds: Rows) -> str:
        frame = (
            asked.frame.select(self.framing.names).hash_rows(seed=0).to_numpy() if self.framing.names else asked.words
        )
        parts = (asked.words.tobytes(), seeds.tobytes(), frame.tobytes(), self.how.examples.encode())
        return sha256(b"\0".join(parts)).hexdigest()


def endpoint_writer(given: Given, guard: Guard, how: How, clock: Clock) -> EndpointWriter:
    """A writer of texts like the given ones."""
    lines = sum("\n" in text for text in given.texts) > COMMON_LINES * len(given.texts)
    framing = Framing(how.column, tuple(a.name for a in given.attributes.columns), lines)
    return EndpointWriter(framing, gallery(given), filters(given.texts, guard, given.floor), how, clock)


class _Writing:
    """One call of `write`."""

    def __init__(self, writer: EndpointWriter, asked: Asked, seeds: Rows, spending: Spending) -> None:
        self._writer = writer
        self._seeds = seeds
        self._spending = spending
        self._answers = spending.paid.answers
        self._about = codes(writer.gallery.given.attributes, asked)
        self._wanted = [record for _, record in described(asked, writer.framing.names, np.arange(len(seeds)))]
        self._best: dict[int, tuple[float, str]] = {}  # of each row, how far its text is off, and the text
        self._seen: set[tuple[str, ...]] = set()

    def texts(self) -> list[str]:
        left = list(range(len(self._seeds)))
        for turn in range(TURNS):
            asked = [row for row in left if len(self._answers[row]) <= turn]
            self._spending.ask(asked, partial(self._told, turn), partial(self._made, turn, left))
            left = [row for row in left if not self._settles(row, turn)]
            if not left:
                return [self._best[row][1] for row in range(len(self._seeds))]
        hint = "Take a larger model, or give more and shorter texts."
        told = f"For {len(left):,} of {len(self._seeds):,} records the language model wrote nothing that can be used."
        raise EndpointFailed(f"{told} Each was asked for {TURNS} times.", hint=hint)

    def _made(self, turn: int, left: Sequence[int]) -> str:
        heard = [row for row in left if len(self._answers[row]) > turn]
        n_made = len(self._seeds) - len(left) + sum(self._settles(row, turn) for row in heard)
        return f"{n_made:,} of {len(self._seeds):,} texts"

    def _told(self, turn: int, row: int) -> Prompt:
        return self._prompt(row, turn)[0]

    def _prompt(self, row: int, turn: int) -> tuple[Prompt, list[Record]]:
        """What is asked for a row in a turn, and the records that it shows; always the same."""
        rng = stream(int(self._seeds[row]), turn)
        wanted = self._wanted[row]
        writer = self._writer
        shown = writer.gallery.like(self._about[row], wanted.words, rng) if writer.how.examples == "fresh" else []
        return writer.framing.prompt(shown, wanted, rng), shown

    def _settles(self, row: int, turn: int) -> bool:
        """Whether a row has its text after that turn."""
        said = self._answers[row][turn]
        text = self._writer.framing.read(said)
        if text is not None and not self._writer.filters.refuses(text, [r.text for r in self._prompt(row, turn)[1]]):
            told = folded(text)
            off = self._off(text, self._wanted[row].words) + CUT * (said.finish_reason == "length")
            off += REPEATED * (told in self._seen)
            self._best[row] = min(self._best.get(row, (np.inf, "")), (off, text))
        best = self._best.get(row)
        if best is None or (best[0] > OFF_MOST and turn < PATIENT - 1):
            return False
        self._seen.add(folded(best[1]))
        return True

    def _off(self, text: str, words: int) -> float:
        return abs(float(np.log((n_words(text) + 2) / (words + 2))))
