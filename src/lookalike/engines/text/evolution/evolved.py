"""New texts of a population that was voted for: its winners, and the same in other words."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.completing import Prompt
from lookalike.data.streams import stream
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.evolution.asking import Asking, Label
from lookalike.engines.text.evolution.population import Population
from lookalike.engines.text.guarding import Guard
from lookalike.engines.text.paid import paid
from lookalike.engines.text.prompting import Framing, Record
from lookalike.engines.text.showing import codes
from lookalike.engines.text.spending import Spending
from lookalike.engines.text.writing import Arrays, Asked, Help
from lookalike.errors import EndpointFailed

NEARNESS = 2.0  # how much rather a text of the wished length is taken: exp(-2 |log ratio|)

Codes = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evolved:
    """
    See `Writer`; it writes with help only. Nothing in it is of a single real record.

    Attributes:
        attributes: The label, or none.
        about: What is told of each label; see `labels_of`.
        votes: For each text of the population.
        limits: The most requests and tokens that may still be spent; None for as many as it takes.
    """

    attributes: Attributes
    about: tuple[Label, ...]
    population: Population
    votes: Counts
    limits: tuple[int | None, int | None]

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """Nothing: only a job has a language model at hand."""
        raise EndpointFailed("No language model is at hand.", hint="Have a service write these texts.")

    def written(self, column: str, asked: Asked, guard: Guard, outside: Help, rng: np.random.Generator) -> list[str]:
        """
        A text for each row: a winner of its label and about its length, or what the model says instead.

        Raises:
            EndpointFailed, EndpointAway, EndpointBudget: as `EndpointWriter.write` raises.
        """
        parents, seeds = self._parents(asked, rng), rng.integers(2**63, size=len(asked.words))
        # over the whole output a winner stands about once as it is
        as_it_is = np.isin(np.arange(len(parents)), np.unique(parents, return_index=True)[1])
        as_it_is &= rng.random(len(parents)) < outside.share
        others = np.flatnonzero(~as_it_is)
        framing = Framing(column, tuple(a.name for a in self.attributes.columns), lines=False)

        def prompt(number: int, turn: int) -> Prompt:
            row = int(others[number])
            parent = self._record(int(parents[row]), int(asked.words[row]))
            return framing.variation(parent, [], stream(int(seeds[row]), turn))

        answers = paid(sha256(parents.tobytes() + seeds.tobytes()).hexdigest(), outside.kept(column), outside.clock)
        spending = Spending(outside.complete, answers, *(outside.part_of(limit) for limit in self.limits))
        said = Asking(framing, spending).texts(0, asked.words[others], prompt, f"a part of {len(others):,} texts")
        texts = [self.population.texts[parent] for parent in parents.tolist()]
        for row, text in zip(others.tolist(), said, strict=True):
            texts[row] = text or texts[row]
        return texts

    def _parents(self, asked: Asked, rng: np.random.Generator) -> Codes:
        """For each row a text, by the votes for it: evenly spread over the rows of a label."""
        labels, found = labels_of(self.attributes, asked), np.zeros(len(asked.words), np.int64)
        for label in np.unique(labels):
            rows, own = np.flatnonzero(labels == label), self.population.own(int(label))
            votes = self.votes[own] if self.votes[own].sum() > 0 else np.ones(len(own))
            off = np.abs(np.log((asked.words[rows, None] + 2) / (self.population.words[own] + 2)))
            ends = np.cumsum(votes * np.exp(-NEARNESS * off), axis=1)
            places = (rng.permutation(len(rows)) + rng.random(len(rows))) / len(rows)
            found[rows] = own[(ends < places[:, None] * ends[:, -1:]).sum(axis=1)]
        return found

    def _record(self, row: int, words: int) -> Record:
        return Record(self.about[self.population.labels[row]], words, self.population.texts[row])

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`."""
        told: dict[str, Any] = {"about": self.about, "texts": self.population.texts, "limits": self.limits}
        return told, {"labels": self.population.labels, "words": self.population.words, "votes": self.votes}


def load_evolved(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Evolved:
    """What was evolved, of a state; a ValueError, TypeError or KeyError if it is none."""
    population = Population(arrays["labels"], arrays["words"], tuple(map(str, header["texts"])))
    votes, n_labels = arrays["votes"], len(header["about"])
    if not len(population.texts) == len(population.labels) == len(population.words) == len(votes) > 0:
        raise ValueError("texts")
    if not (np.isfinite(votes) & (votes >= 0) & (population.words >= 0)).all():
        raise ValueError("votes")
    if not n_labels == n_labels_of(attributes) or not ((population.labels >= 0) & (population.labels < n_labels)).all():
        raise ValueError("labels")
    about = tuple(tuple((str(name), str(value)) for name, value in told) for told in header["about"])
    requests, tokens = header["limits"]
    return Evolved(attributes, about, population, votes, (requests, tokens))


def labels_of(attributes: Attributes, asked: Asked) -> Codes:
    """The label of each row: its place among the levels, behind them if it is none of these; without any 0."""
    return codes(attributes, asked)[:, 0]


def n_labels_of(attributes: Attributes) -> int:
    """How many labels there are, with the one of all other rows."""
    return attributes.columns[0].size if attributes.columns else 1
