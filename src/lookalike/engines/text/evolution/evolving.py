"""A population of texts that real ones vote for, told with noise; see the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from lookalike.completing import Prompt
from lookalike.data.streams import stream
from lookalike.engines.text.evolution import ITERATIONS, VOTES
from lookalike.engines.text.evolution.asking import Asking, Label
from lookalike.engines.text.evolution.hashing import embed
from lookalike.engines.text.evolution.population import Population, united, winners
from lookalike.engines.text.evolution.telling import Telling, counted_votes
from lookalike.engines.text.prompting import Framing, Record
from lookalike.errors import EndpointFailed

SIBLINGS = 2  # shown beside a winner to a model that only goes on

Codes = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Private:
    """
    Real records.

    Attributes:
        texts: As they are: masks are told from all records, so that one record would count in others' votes.
        labels: Of each its place among all labels.
    """

    texts: Sequence[str]
    labels: Codes


@dataclass(frozen=True, eq=False)
class Evolution:
    """
    How texts evolve.

    Attributes:
        about: What is told of each label.
        labels, words: Of each text of the population, drawn from what was told.
    """

    framing: Framing
    telling: Telling
    about: tuple[Label, ...]
    labels: Codes
    words: Codes

    @property
    def whose(self) -> str:
        """What answers of a run are answers to."""
        told = (self.framing, self.telling, self.about, self.labels.tolist(), self.words.tolist())
        return sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()

    def run(self, private: Private, asking: Asking) -> tuple[Population, Counts]:
        """
        The last population, and the votes for each of its texts: the only place where real texts are counted.

        Raises:
            EndpointBudget, EndpointFailed, EndpointAway: as `EndpointWriter.write` raises.
        """
        vectors, population = embed(private.texts), self._first(asking)
        sizes = np.bincount(self.labels, minlength=len(self.about))
        for turn in range(ITERATIONS):
            votes = self.telling.told(VOTES + turn, counted_votes(private.labels, vectors, population))
            if turn < ITERATIONS - 1:
                won = winners(population, votes, sizes, self._rng("win", turn))
                varied = self._varied(population, won, turn, asking)
                population = united([population.take(np.unique(won)), varied])
        return population, votes

    def _first(self, asking: Asking) -> Population:
        """A population that knows labels and lengths only."""

        def prompt(number: int, turn: int) -> Prompt:
            wanted = Record(self.about[self.labels[number]], int(self.words[number]))
            return self.framing.prompt([], wanted, self._rng("first", number, turn))

        texts = asking.texts(0, self.words, prompt, f"0 of {ITERATIONS} iterations")
        if not any(texts):
            raise EndpointFailed("The language model wrote nothing that can be used.", hint="Take a larger model.")
        return _told(self.labels, self.words, texts)

    def _varied(self, population: Population, won: Codes, turn: int, asking: Asking) -> Population:
        """Another wording of each winner; where the model has none, that one is missing."""

        def prompt(number: int, again: int) -> Prompt:
            rng, parent = self._rng("varied", turn, number, again), int(won[number])
            others = np.unique(won[(population.labels[won] == population.labels[parent]) & (won != parent)])
            siblings = rng.choice(others, min(SIBLINGS, len(others)), replace=False)
            shown = [self._record(population, row) for row in siblings.tolist()]
            return self.framing.variation(self._record(population, parent), shown, rng)

        texts = asking.texts(turn + 1, population.words[won], prompt, f"{turn + 1} of {ITERATIONS} iterations")
        return _told(population.labels[won], population.words[won], texts)

    def _record(self, population: Population, row: int) -> Record:
        return Record(self.about[population.labels[row]], int(population.words[row]), population.texts[row])

    def _rng(self, *names: str | int) -> np.random.Generator:
        return stream(self.telling.secret, *names)


def _told(labels: Codes, words: Codes, texts: Sequence[str | None]) -> Population:
    """Those that have a text."""
    some = np.array([number for number, text in enumerate(texts) if text], np.int64)
    return Population(labels[some], words[some], tuple(text for text in texts if text))
